import { expect } from "vitest";
import { ControlProblem, type Validator } from "../../../../generated/control/validators.js";
import type { RunningStub } from "../../../../server/stub/start-stub.ts";
import { JSON_TYPE } from "../../../helpers/stub.ts";

export interface ControlCall {
  method?: string;
  headers?: Record<string, string>;
  /** Text as it is, all else as JSON. */
  body?: unknown;
}

/** Sends a request to the control port. */
export function control({ controlUrl = "" }: RunningStub, path: string, call: ControlCall = {}): Promise<Response> {
  const { method = "GET", headers = {}, body } = call;
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const type = text === undefined ? {} : JSON_TYPE;
  return fetch(controlUrl + path, {
    method,
    headers: { ...type, ...headers },
    ...(text !== undefined && { body: text }),
  });
}

/** The body of an answer that must be 200 and fit the schema. */
export async function good<T>(answer: Promise<Response>, fits: Validator<T>): Promise<T> {
  const response = await answer;
  expect(response.headers.get("content-type")).toBe("application/json");
  return bodyOf(response, 200, fits);
}

/** A refusal, as the problem document that the contract asks for. */
export async function refusal(answer: Promise<Response>, status: number, key: string) {
  const response = await answer;
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = await bodyOf(response, status, ControlProblem);
  expect(problem).toMatchObject({ status, type: `urn:nexus-sync:problem:${key}` });
  return problem;
}

async function bodyOf<T>(response: Response, status: number, fits: Validator<T>): Promise<T> {
  expect([response.status, response.headers.get("cache-control")]).toEqual([status, "no-store"]);
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("access-control-allow-origin")).toBe(null);
  const body: unknown = await response.json();
  if (fits(body)) return body;
  throw new Error(`The answer does not fit: ${JSON.stringify(fits.errors)}`);
}

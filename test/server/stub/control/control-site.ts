import { expect } from "vitest";
import { ControlProblem, type Validator } from "../../../../generated/control/validators.js";
import type { RunningStub } from "../../../../server/stub/start-stub.ts";
import { JSON_TYPE } from "../../../helpers/stub.ts";

export interface ControlCall {
  method?: string;
  headers?: Record<string, string>;
  /** Text is sent as it is, anything else as JSON. */
  body?: unknown;
}

/** Sends a request to the control port. */
export function control({ controlUrl = "" }: RunningStub, path: string, call: ControlCall = {}): Promise<Response> {
  const { body, headers, ...rest } = call;
  if (body === undefined) return fetch(controlUrl + path, call as RequestInit);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(controlUrl + path, { ...rest, headers: { ...JSON_TYPE, ...headers }, body: text });
}

/** The body of a response, which must have this status and match the schema. */
export async function bodyOf<T>(
  sent: Promise<Response>,
  matches: Validator<T>,
  { status = 200, type = "application/json" } = {},
): Promise<T> {
  const response = await sent;
  const headers = ["content-type", "cache-control", "x-content-type-options", "access-control-allow-origin"];
  const values = headers.map((name) => response.headers.get(name));
  expect([response.status, ...values]).toEqual([status, type, "no-store", "nosniff", null]);
  const body: unknown = await response.json();
  if (matches(body)) return body;
  throw new Error(`The body does not match: ${JSON.stringify(matches.errors)}`);
}

/** The problem document of a response, which must have this status and key. */
export async function problemOf(sent: Promise<Response>, status: number, key: string) {
  const problem = await bodyOf(sent, ControlProblem, { status, type: "application/problem+json" });
  expect(problem).toMatchObject({ status, type: `urn:nexus-sync:problem:${key}` });
  return problem;
}

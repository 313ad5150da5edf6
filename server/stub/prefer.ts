import { setTimeout as sleep } from "node:timers/promises";
import type { Request, Response } from "express";
import type { Operation } from "../contract/operations.ts";
import { Problem } from "../http/problem.ts";
import { send } from "../http/respond.ts";
import { type ContractExample, examplesOf } from "./examples.ts";
import { type Preferences, preferencesIn } from "./preferences.ts";

/** Seconds. */
const LONGEST_WAIT = 30;

/**
 * Does what the header Prefer asks for (RFC 7240): waits, and answers with an example of the contract. Answers whether
 * the request is over by that.
 */
export function createPrefer() {
  return async (request: Request, response: Response): Promise<boolean> => {
    const preferences = preferencesIn(request.headersDistinct.prefer ?? []);
    const applied = Object.entries(preferences).map(([name, value]) => `${name}=${value}`);
    if (applied.length === 0) return false;
    const seconds = secondsIn(preferences.wait);
    const chosen = choose(response.locals.operation, preferences);
    response.setHeader("Preference-Applied", applied.join(", "));
    if (!(await waited(seconds * 1_000, response))) return true;
    if (!chosen) return false;
    sendExample(response, chosen);
    return true;
  };
}

function secondsIn(wait: string | undefined): number {
  if (wait === undefined) return 0;
  if (/^\d{1,2}$/.test(wait) && Number(wait) <= LONGEST_WAIT) return Number(wait);
  throw refusal(`wait takes whole seconds from 0 to ${LONGEST_WAIT}`);
}

function choose(operation: Operation, { code, example: name }: Preferences) {
  if (code === undefined && name === undefined) return undefined;
  const examples = examplesOf(operation);
  const ofCode = examples.filter(({ status }) => code === undefined || String(status) === code);
  const codes = [...new Set(examples.map(({ status }) => status))].join(", ");
  if (ofCode.length === 0) throw refusal(`the contract has examples for the codes ${codes}`);
  const chosen = ofCode.find((example) => name === undefined || example.name === name);
  if (chosen) return chosen;
  const names = ofCode.map((example) => example.name).join(", ");
  throw refusal(`the contract has the examples ${names}${code === undefined ? "" : ` for the code ${code}`}`);
}

function refusal(detail: string): Problem {
  return new Problem("invalid-request", { violations: [{ in: "header", name: "Prefer", detail }] });
}

/** As the contract has it, but for what belongs to this request: its id, and the media type that Accept has chosen. */
function sendExample(response: Response, { status, mediaType, headers, body }: ContractExample): void {
  const { requestId, responseMediaType } = response.locals;
  for (const [name, value] of Object.entries(headers)) {
    if (!response.hasHeader(name)) response.setHeader(name, value);
  }
  const own = { mediaType, body: { ...(body as object), instance: requestId } };
  send(response, { status, ...(status < 400 ? { mediaType: responseMediaType, body } : own) });
}

/** Waits, but not longer than the caller does. False where the caller has left: then there is nothing more to do. */
export async function waited(ms: number, response: Response): Promise<boolean> {
  if (ms === 0 || response.closed) return !response.closed;
  const left = new AbortController();
  const leave = () => left.abort();
  response.once("close", leave);
  // Rejects where the caller leaves, which the answer tells.
  await sleep(ms, undefined, { signal: left.signal }).catch(() => {});
  response.off("close", leave);
  return !response.closed;
}

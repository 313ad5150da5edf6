import type { Operation } from "../../server/contract/operations.ts";
import { FROM_0, withDefaults } from "../check-options.ts";
import { NexusError } from "../nexus-error.ts";
import { declaredFor, responseOf, toResponse } from "./contract-response.ts";

/**
 * A failure of one request:
 * - `network`: the fetch rejects, as if the connection was refused
 * - `hang`: no response until the request is aborted
 * - `stalledBody`: a 200 whose body starts and never ends
 * - `truncatedJson`: a 200 whose body ends too early
 * - `wrongMediaType`: a 200 with HTML instead of JSON
 * - `redirect`: a 307 to another origin
 * - a status: the contract's example if it declares one, else HTML; with `Retry-After` if seconds are given
 */
export type Failure = (typeof NAMES)[number] | StatusFailure;

interface StatusFailure {
  /** 200 to 599. */
  status: number;
  /** Default: no Retry-After. */
  retryAfterSeconds?: number | undefined;
}

/** A failure and the requests that it applies to. */
export interface Failing {
  /** Number of requests; `Infinity` for all. */
  times: number;
  failure: Failure;
}

/** The failure for the nth request, counted from 1. */
export function failureOf(failures: readonly Failing[], nth: number): Failure | undefined {
  let last = 0;
  return failures.find(({ times }) => {
    last += times;
    return nth <= last;
  })?.failure;
}

/** @throws NexusError `config` for an item of the option `failures` */
export function checkFailure(failing: Failing, index: number): void {
  const path = `failures[${index}].`;
  const { times, failure } = withDefaults({ times: Number.NaN, failure: undefined as unknown }, failing, path, FROM_0);
  if (Number.isNaN(times)) throw new NexusError("config", `${path}times must be 0 or more.`);
  if (typeof failure !== "object" || failure === null) {
    if (NAMES.some((name) => name === failure)) return;
    throw new NexusError("config", `${path}failure must be a status or one of ${NAMES.join(", ")}.`);
  }
  const { status } = withDefaults({ status: 0, retryAfterSeconds: 0 }, failure, `${path}failure.`, FROM_0);
  if (Number.isInteger(status) && status >= 200 && status <= 599) return;
  throw new NexusError("config", `${path}failure.status must be a whole number from 200 to 599.`);
}

const NAMES = ["network", "hang", "stalledBody", "truncatedJson", "wrongMediaType", "redirect"] as const;

const PARTIAL_JSON = '{"userId":';
const JSON_TYPE = { "Content-Type": "application/json" };
const HTML_TYPE = { "Content-Type": "text/html" };

/** Fails one request. If the request is aborted first, rejects with the signal's reason. */
export async function fail(failure: Failure, { signal }: Request, operation?: Operation): Promise<Response> {
  if (typeof failure === "object") return errorResponse(failure, operation);
  const failures = {
    network: () => Promise.reject(new TypeError("fetch failed")),
    hang: () => untilAborted(signal),
    stalledBody: () => new Response(stalledBody(signal), { headers: JSON_TYPE }),
    truncatedJson: () => new Response(PARTIAL_JSON, { headers: JSON_TYPE }),
    wrongMediaType: () => new Response("<html></html>", { headers: HTML_TYPE }),
    redirect: () => new Response(null, { status: 307, headers: { Location: "https://elsewhere.example/" } }),
  };
  return failures[failure]();
}

function errorResponse({ status, retryAfterSeconds }: StatusFailure, operation: Operation | undefined): Response {
  const declared = operation && declaredFor(operation, status) ? responseOf(operation, { status }) : undefined;
  const { headers, body } = declared ?? { headers: new Headers(HTML_TYPE), body: "<html></html>" };
  if (retryAfterSeconds === undefined) headers.delete("Retry-After");
  else headers.set("Retry-After", String(retryAfterSeconds));
  return toResponse({ status, headers, body });
}

/** Rejects with the signal's reason. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function stalledBody(signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode(PARTIAL_JSON));
      await untilAborted(signal);
    },
  });
}

import type { Operation } from "../../server/contract/operations.ts";
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
export type Failure =
  | "network"
  | "hang"
  | "stalledBody"
  | "truncatedJson"
  | "wrongMediaType"
  | "redirect"
  | StatusFailure;

interface StatusFailure {
  status: number;
  retryAfterSeconds?: number;
}

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

function untilAborted(signal: AbortSignal): Promise<never> {
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

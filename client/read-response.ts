import type { Route } from "../generated/operations.ts";
import { violationsIn } from "./causes.ts";
import { isRequestId, typeOf } from "./check-options.ts";
import { type ErrorAnswer, NexusError, type NexusErrorDetails, type NexusErrorKind } from "./nexus-error.ts";
import { readBody } from "./response-body.ts";
import { parseJson } from "./text.ts";

export const REQUEST_ID = "X-Request-Id";

export interface ReadOptions {
  route: Route;
  /** The operation in messages: its method, base URL and path template, because the path can contain a user id. */
  operation: string;
  /** The request id that was sent. */
  requestId: string;
  maxResponseBytes: number;
}

/**
 * Reads the whole response.
 * @returns a 2xx response, its data and its request id.
 * @throws NexusError `http`, `redirect`, or `decode` if the response is too large or has no content that the contract
 * declares; errors of the body are passed on.
 */
export async function readResponse(
  response: Response,
  { route, operation, maxResponseBytes: maxBytes, ...sent }: ReadOptions,
  signal: AbortSignal,
) {
  const { status, headers, type } = response;
  if (type === "error") throw new TypeError("The fetch returned Response.error().");
  // The request id that was sent, if the contract does not allow the received one.
  const received = headers.get(REQUEST_ID);
  const details = { status, requestId: isRequestId(received) ? received : sent.requestId };
  const error = (kind: NexusErrorKind, words: string, more?: NexusErrorDetails) =>
    new NexusError(kind, `${operation} returned ${words}`, { ...details, ...more, headers });
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    throw error("redirect", "a redirect, which is not followed.");
  }
  const tooLarge = () => error("decode", `more than ${maxBytes} bytes (see maxResponseBytes).`);
  const { kind, data, problem } = contentOf(headers, await readBody(response, { maxBytes, tooLarge, signal }));
  if (!response.ok) {
    const violations = violationsIn(problem, 3)?.map((one) => Object.values(one).filter(Boolean).join(" "));
    const words = [`${status}`, problem?.title, [401, 403].includes(status) && problem?.detail, violations?.join("; ")];
    const retryAfterMs = parseRetryAfter(headers);
    const text = words.filter((word) => word && typeof word === "string").join(": ");
    const hint = hintFor(status, problem, retryAfterMs);
    throw error("http", text + hint, { problem: problem as ErrorAnswer["body"], retryAfterMs });
  }
  if (route.returns.some((declared) => kind.startsWith(declared))) return { response, data, ...details };
  throw error("decode", `${status} without a ${route.returns.join(" or ")}.`);
}

/** The end of a message: where the cause is, or how long to wait. Only the server's log has the reason of a 401. */
function hintFor(status: number, problem: unknown, retryAfterMs: number | undefined): string {
  if (retryAfterMs !== undefined) return ` (retryAfterMs: ${retryAfterMs})`;
  if (!problem) return " without a problem document";
  return status === 401 ? " (see requestId in the server's log)" : "";
}

/** JSON as a value, text as a string, other content as bytes. `kind` starts with one of Route.returns if it is declared. */
function contentOf(headers: Headers, bytes: Uint8Array) {
  const type = (headers.get("Content-Type") ?? "").toLowerCase();
  const json = /^(application|text)\/([^;]+\+)?json\b/.test(type) ? parseJson(bytes) : undefined;
  if (json !== undefined) {
    // Any JSON object is a problem document, because all its members are optional (RFC 9457 section 3.1).
    const problem = typeOf(json) === "Object" ? (json as { title?: unknown; detail?: unknown }) : undefined;
    return { kind: problem ? "JSON object" : "JSON value", data: json, problem };
  }
  if (type.startsWith("text/")) return { kind: type, data: new TextDecoder().decode(bytes) };
  return bytes.length > 0 ? { kind: type, data: bytes } : { kind: "empty body", data: undefined };
}

/**
 * Seconds, or a date in the form that servers must send (RFC 9110 sections 10.2.3 and 5.6.7), in milliseconds. A date counts from
 * the response's Date, because the clock of this machine can be wrong.
 */
function parseRetryAfter(headers: Headers): number | undefined {
  const header = headers.get("Retry-After") ?? "";
  // Cut, because JSON can't contain Infinity.
  if (/^\d+$/.test(header)) return Math.min(Number(header), 1e12) * 1_000;
  const date = new Date(header);
  if (!header.endsWith("GMT") || date.toUTCString() !== header) return undefined;
  return Math.max(0, Number(date) - (Date.parse(headers.get("Date") ?? "") || Date.now()));
}

import createClient from "openapi-fetch";
import { ROUTES, type SyncUserIdentityRequest } from "../generated/operations.ts";
import type { paths, SyncUserIdentityResult } from "../generated/types.ts";
import type { HeaderList } from "./credentials.ts";
import { type ErrorAnswer, NexusError } from "./nexus-error.ts";
import { readText } from "./response-text.ts";

const PATH = ROUTES.SyncUserIdentity.path;
/** The operation in messages: its path template, because the path contains the user id. */
export const OPERATION = `PUT ${PATH}`;
export const REQUEST_ID = "X-Request-Id";

export interface ApiCall {
  baseUrl: string;
  userId: string;
  body: SyncUserIdentityRequest;
  /** Returns a 2xx response and the JSON object in it, or throws. */
  send: (request: Request) => Promise<{ response: Response; data: object; requestId: string; attempts: number }>;
}

/**
 * Calls the operation through openapi-fetch, which fills in the path and creates the Request. This is the only import
 * of openapi-fetch (no releases since 2026-09). Errors of `send` are passed on.
 */
export async function callApi({ baseUrl, userId, body, send }: ApiCall) {
  let [data, requestId, attempts]: [object, string, number] = [{}, "", 0];
  const fetch = async (request: Request) => {
    const result = await send(request);
    ({ data, requestId, attempts } = result);
    return result.response;
  };
  const api = createClient<paths>({ baseUrl, fetch, redirect: "manual" });
  const params = { path: { userId } };
  // "stream": openapi-fetch does not read the body, because the attempt has read it within its timeout. Returning a
  // second Response with the text to openapi-fetch would make the call 17 % slower.
  const { response } = await api.PUT(PATH, { params, body, parseAs: "stream" });
  // The server guarantees the contract's type; callers that do not rely on it set `responseSchema`.
  return { data: data as SyncUserIdentityResult, meta: { status: response.status, requestId, attempts } };
}

export interface Attempt {
  request: Request;
  /** The body of `request`, the same for each attempt. */
  body: string;
  /** Sent in addition to the headers of `request`. */
  headers: HeaderList;
  requestId: string;
  maxResponseBytes: number;
  signal: AbortSignal;
  fetch: typeof globalThis.fetch;
}

/**
 * Sends the request once and reads the whole response.
 * @returns a 2xx response, the JSON object in it and its request id.
 * @throws NexusError `http`, `redirect`, or `decode` if the response is too large or has no JSON object; errors of `fetch`
 * are passed on.
 */
export async function attempt({ request, body, headers, requestId, maxResponseBytes, signal, fetch }: Attempt) {
  const { url, method, redirect } = request;
  const init = { method, headers: Object.fromEntries([...request.headers, ...headers]), body, redirect, signal };
  const response = await fetch(url, init);
  const { status } = response;
  // The request id that was sent, if the contract does not allow the received one.
  const received = response.headers.get(REQUEST_ID) ?? "";
  const details = { status, requestId: /^[!-~]{1,128}$/.test(received) ? received : requestId };
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    throw new NexusError("redirect", `${OPERATION} returned a redirect, which is not followed.`, details);
  }
  const tooLarge = `${OPERATION} returned more than ${maxResponseBytes} bytes (see maxResponseBytes).`;
  const text = await readText(response, maxResponseBytes, tooLarge, details);
  const data = jsonObject(response.headers, text);
  if (!response.ok) throw httpError(response, data, details);
  if (!data) throw new NexusError("decode", `${OPERATION} returned ${status} without a JSON object.`, details);
  return { response, data, ...details };
}

/** Any JSON object is a problem document, because all its members are optional (RFC 9457 section 3.1). */
function httpError(
  { headers }: Response,
  problem: ErrorAnswer["body"] | undefined,
  details: { status: number; requestId: string },
): NexusError {
  const title = typeof problem?.title === "string" ? `: ${problem.title}` : "";
  const retryAfterMs = parseRetryAfter(headers.get("Retry-After"));
  return new NexusError("http", `${OPERATION} returned ${details.status}${title}`, {
    ...details,
    problem,
    retryAfterMs,
  });
}

/** The object in a JSON response; undefined for any other response. */
function jsonObject(headers: Headers, text: string): object | undefined {
  if (!/^(application|text)\/([^;]+\+)?json\b/i.test(headers.get("Content-Type") ?? "")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds or an HTTP date (RFC 9110 section 10.2.3), in milliseconds from now. */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  // Every form of an HTTP date starts with the name of the day. Date.parse also accepts "0.5" and "-5".
  const date = /^[A-Z][a-z]+,? /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

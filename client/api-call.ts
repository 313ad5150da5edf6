import createClient from "openapi-fetch";
import { ROUTES, type SyncUserIdentityRequest } from "../generated/operations.ts";
import type { paths, SyncUserIdentityResult } from "../generated/types.ts";
import type { HeaderList } from "./credentials.ts";
import { type ErrorAnswer, NexusError } from "./nexus-error.ts";

const PATH = ROUTES.SyncUserIdentity.path;
/** The operation in messages: its path template, because the path contains the user id. */
export const OPERATION = `PUT ${PATH}`;
export const REQUEST_ID = "X-Request-Id";

export interface ApiCall {
  baseUrl: string;
  userId: string;
  body: SyncUserIdentityRequest;
  requestId: string;
  /** Returns a 2xx response and its body, or throws. */
  send: (request: Request) => Promise<{ response: Response; text: string; attempts: number }>;
}

/**
 * Calls the operation through openapi-fetch, which fills in the path and creates the Request. This is the only import
 * of openapi-fetch (no releases since 2026-09).
 * @throws NexusError `decode` if the response has no JSON object; errors of `send` are passed on.
 */
export async function callApi({ baseUrl, userId, body, requestId, send }: ApiCall) {
  let [text, attempts] = ["", 0];
  const fetch = async (request: Request) => {
    const result = await send(request);
    ({ text, attempts } = result);
    return result.response;
  };
  const api = createClient<paths>({ baseUrl, fetch, redirect: "manual" });
  const params = { path: { userId } };
  // "stream": openapi-fetch does not read the body, because the attempt has read it within its timeout. Returning a
  // second Response with the text to openapi-fetch would make the call 17 % slower.
  const { response } = await api.PUT(PATH, { params, body, parseAs: "stream" });
  const meta = { status: response.status, requestId: response.headers.get(REQUEST_ID) ?? requestId, attempts };
  const data = jsonObject(response.headers, text);
  if (!data) throw new NexusError("decode", `${OPERATION} returned ${meta.status} without a JSON object.`, meta);
  // The server guarantees the contract's type; callers that do not rely on it set `responseSchema`.
  return { data: data as SyncUserIdentityResult, meta };
}

export interface Attempt {
  request: Request;
  /** The body of `request`, the same for each attempt. */
  body: string;
  /** Sent in addition to the headers of `request`. */
  headers: HeaderList;
  requestId: string;
  signal: AbortSignal;
  fetch: typeof globalThis.fetch;
}

/**
 * Sends the request once and reads the whole response.
 * @returns a 2xx response and its body.
 * @throws NexusError `http` or `redirect`; errors of `fetch` are passed on.
 */
export async function attempt({ request, body, headers, requestId, signal, fetch }: Attempt) {
  const { url, method, redirect } = request;
  const init = { method, headers: Object.fromEntries([...request.headers, ...headers]), body, redirect, signal };
  const response = await fetch(url, init);
  const { status } = response;
  const details = { status, requestId: response.headers.get(REQUEST_ID) ?? requestId };
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    throw new NexusError("redirect", `${OPERATION} returned a redirect, which is not followed.`, details);
  }
  const text = await response.text();
  if (!response.ok) throw httpError(response, text, details);
  return { response, text };
}

/** Any JSON object is a problem document, because all its members are optional (RFC 9457 section 3.1). */
function httpError({ headers }: Response, text: string, details: { status: number; requestId: string }): NexusError {
  const problem: ErrorAnswer["body"] | undefined = jsonObject(headers, text);
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

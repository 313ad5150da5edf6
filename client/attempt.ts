import { ROUTES } from "../generated/operations.ts";
import type { HeaderList } from "./credentials.ts";
import { type ErrorAnswer, NexusError } from "./nexus-error.ts";

/** A request as it is sent at each attempt: the same bytes under the same id. */
export interface PreparedRequest {
  url: string;
  body: string;
  headers: HeaderList;
  requestId: string;
  /** Looked up at each attempt, so that an interceptor that was installed later sees it. */
  fetch: typeof globalThis.fetch | undefined;
}

/** A good answer: a JSON object. */
export interface GoodAnswer {
  data: object;
  status: number;
  requestId: string;
}

const { method, path } = ROUTES.SyncUserIdentity;
const METHOD = method.toUpperCase();
/** The operation in messages: the template, never the path, which holds the user's id. */
export const OPERATION = `${METHOD} ${path}`;

/**
 * Sends once and reads the whole answer. Success is 2xx with a JSON object, and nothing else.
 * @throws NexusError `http`, `redirect` or `decode`; whatever else the runtime throws as it is.
 */
export async function attempt(request: PreparedRequest, secrets: HeaderList, signal: AbortSignal): Promise<GoodAnswer> {
  const doFetch = request.fetch ?? globalThis.fetch;
  const headers = Object.fromEntries([...request.headers, ...secrets]);
  const init = { method: METHOD, headers, body: request.body, signal, redirect: "manual" } as const;
  const response = await doFetch(request.url, init);
  const { status } = response;
  const requestId = response.headers.get("X-Request-Id") ?? request.requestId;
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    throw new NexusError("redirect", `${OPERATION} was redirected; that is not followed.`, { status, requestId });
  }
  const value = jsonObject(response, await response.text());
  if (!response.ok) throw refused(response, value, requestId);
  if (!value) {
    throw new NexusError("decode", `${OPERATION} was answered without a JSON object.`, { status, requestId });
  }
  return { data: value, status, requestId };
}

/** Any JSON object is a problem document: all its members are optional (RFC 9457 section 3.1). */
function refused(
  { status, headers }: Response,
  problem: ErrorAnswer["body"] | undefined,
  requestId: string,
): NexusError {
  const title = typeof problem?.title === "string" ? `: ${problem.title}` : "";
  const retryAfterMs = retryAfter(headers.get("Retry-After"));
  return new NexusError("http", `${OPERATION} answered ${status}${title}`, {
    status,
    problem,
    requestId,
    retryAfterMs,
  });
}

/** The object in an answer that says it is JSON; undefined for anything else. */
function jsonObject({ headers }: Response, text: string): object | undefined {
  if (!/^(application|text)\/([^;]+\+)?json\b/i.test(headers.get("Content-Type") ?? "")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds or an HTTP date (RFC 9110 section 10.2.3), in milliseconds from now. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

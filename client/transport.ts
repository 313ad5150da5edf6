import { OPERATIONS } from "../generated/operations.ts";
import { type Credentials, credentialHeaders } from "./credentials.ts";
import { type ErrorAnswer, NexusError } from "./nexus-error.ts";

export interface Transport {
  credentials: Credentials;
  /** Milliseconds for everything: secrets, request, answer and its body. */
  timeoutMs: number;
  /** Aborts the call. */
  signal: AbortSignal | undefined;
  requestId: string;
  /** Looked up at each call, so that an interceptor that was installed later sees it. */
  fetch: typeof globalThis.fetch | undefined;
}

const { method, path } = OPERATIONS.SyncUserIdentity;
/** The operation in messages: the template, never the path, which holds the user's id. */
const OPERATION = `${method.toUpperCase()} ${path}`;

/** The one place a request goes through: credentials, time, redirects, reading the body, and what counts as success. */
export async function send(request: Request, transport: Transport): Promise<Response> {
  const { signal, timeoutMs, requestId } = transport;
  if (signal?.aborted) throw new NexusError("aborted", `${OPERATION} was aborted.`, { requestId });
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort("timeout"), timeoutMs);
  const abort = () => stop.abort("aborted");
  signal?.addEventListener("abort", abort);
  try {
    return await Promise.race([exchange(request, transport, stop.signal), whenStopped(stop.signal)]);
  } catch (error) {
    throw stop.signal.aborted ? stopped(stop.signal.reason, transport) : asNexusError(error, requestId);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    // Lets go of a body or a secret source that is still under way.
    stop.abort("over");
  }
}

/** Rejects when the call is stopped: a secret source may not listen to its signal. */
function whenStopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function exchange(request: Request, transport: Transport, signal: AbortSignal): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("Accept", "application/json");
  headers.set("X-Request-Id", transport.requestId);
  for (const [name, value] of await credentialHeaders(transport.credentials, signal)) headers.set(name, value);
  const doFetch = transport.fetch ?? globalThis.fetch;
  const response = await doFetch(new Request(request, { headers, signal, redirect: "manual" }));
  const requestId = response.headers.get("X-Request-Id") ?? transport.requestId;
  const { status } = response;
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    throw new NexusError("redirect", `${OPERATION} was redirected; that is not followed.`, { status, requestId });
  }
  const text = await response.text();
  if (!response.ok) throw refused(response, text, requestId);
  if (!isJson(response)) throw notJson(status, requestId);
  return new Response(text, { status, headers: response.headers });
}

/** A 2xx that is not what the contract promises. */
export function notJson(status: number | undefined, requestId: string): NexusError {
  return new NexusError("decode", `${OPERATION} was answered without a JSON object.`, { status, requestId });
}

function refused(response: Response, text: string, requestId: string): NexusError {
  const { status } = response;
  const problem = isJson(response) ? problemIn(text) : undefined;
  const title = typeof problem?.title === "string" ? `: ${problem.title}` : "";
  const retryAfterMs = retryAfter(response.headers.get("Retry-After"));
  return new NexusError("http", `${OPERATION} answered ${status}${title}`, {
    status,
    problem,
    requestId,
    retryAfterMs,
  });
}

function isJson({ headers }: Response): boolean {
  return /^(application|text)\/([^;]+\+)?json\b/i.test(headers.get("Content-Type") ?? "");
}

function problemIn(text: string): ErrorAnswer["body"] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // Any JSON object is a problem document: all its members are optional (RFC 9457 section 3.1).
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

function stopped(reason: unknown, { timeoutMs, requestId }: Transport): NexusError {
  if (reason === "aborted") return new NexusError("aborted", `${OPERATION} was aborted.`, { requestId });
  return new NexusError("timeout", `${OPERATION} took longer than ${timeoutMs} ms.`, { requestId });
}

function asNexusError(cause: unknown, requestId: string): NexusError {
  if (cause instanceof NexusError) return cause;
  return new NexusError("network", `${OPERATION} got no whole answer.`, { cause, requestId });
}

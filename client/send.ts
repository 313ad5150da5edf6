import type { SecretProvider, Secrets } from "./credentials.ts";
import { type Deadline, sleep, withDeadline } from "./deadline.ts";
import { isNexusError, NexusError, type NexusErrorKind } from "./nexus-error.ts";
import { type ReadOptions, readResponse } from "./read-response.ts";
import { type RetryOptions, waitBeforeRetry } from "./retry.ts";

/** Progress of a call, for logs and metrics. It contains no secret and nothing about the user. */
export type ClientEvent = { requestId: string } & CallEvent;
type CallEvent =
  | { type: "attempt"; attempt: number }
  | { type: "refresh" }
  | { type: "retry"; attempt: number; waitMs: number; kind: NexusErrorKind; status: number | undefined }
  | { type: "end"; ok: boolean; kind: NexusErrorKind | undefined; status: number | undefined; durationMs: number };
export type Emit = (event: CallEvent) => void;

/**
 * The part of `fetch` that the client uses: the global one, or that of undici, whose types differ from the global ones.
 */
export type FetchOption = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body: string | null;
    redirect: "manual";
    signal: AbortSignal;
  },
) => Promise<Pick<Response, "ok" | "status" | "type"> & { headers: { get(name: string): string | null } }>;

export interface CallOptions {
  /** Added to each request of this call, such as `traceparent`; they replace the client's `headers`. Default: none. */
  headers?: Readonly<Record<string, string>>;
  /** The header X-Request-Id of this call: 1 to 128 visible ASCII characters. Default: a random UUID. */
  requestId?: string;
  signal?: AbortSignal;
  /** Milliseconds for one attempt of this call. */
  timeoutMs?: number;
  /** Milliseconds for this call. */
  deadlineMs?: number;
  /**
   * Fails the call at once after a 429 or a response with `Retry-After`: for callers that make many calls and pause all
   * of them. Default false.
   */
  reportsPauses?: boolean;
}

export interface SendOptions extends ReadOptions {
  secrets: SecretProvider;
  timeoutMs: number;
  deadlineMs: number;
  retry?: RetryOptions | undefined;
  /** See CallOptions. */
  reportsPauses?: boolean | undefined;
  signal?: AbortSignal | undefined;
  emit: Emit;
  /** Default: the global one, looked up at each attempt, so that interceptors can be installed later. */
  fetch?: FetchOption | undefined;
}

/** A 2xx response. */
export interface Received {
  response: Response;
  status: number;
  data: unknown;
  requestId: string;
  /** Number of requests sent. */
  attempts: number;
}

/**
 * Sends the request of one call: adds credentials, limits the time, reads the body, classifies the response and retries.
 * @throws NexusError
 */
export async function sendWithRetries(request: Request, options: SendOptions): Promise<Received> {
  const { emit, secrets: provider } = options;
  const { url, method } = request;
  const body = (await request.text()) || null;
  const limits = createLimits(options);
  const recover = createRecovery(options, limits);
  let secrets = await withDeadline(limits.rest(), provider.get);
  for (let attempts = 1; ; attempts += 1) {
    const result = await withDeadline(limits.attempt(), async (signal) => {
      emit({ type: "attempt", attempt: attempts });
      const fetch: FetchOption = options.fetch ?? globalThis.fetch;
      const headers = { ...Object.fromEntries(request.headers), ...secrets.headers };
      const response = await fetch(url, { method, headers, body, redirect: "manual", signal });
      // Every implementation returns the standard's Response, whatever its types are called.
      return readResponse(response as Response, options);
    }).catch((cause) => (isNexusError(cause) ? cause : limits.error("network", "got no complete response.", cause)));
    if (!isNexusError(result)) return { ...result, attempts };
    secrets = await recover(result, secrets, attempts);
  }
}

/** Prepares the next attempt after an error: refreshes the secrets or waits. Throws the error if there is no retry. */
function createRecovery({ secrets: provider, emit, signal, ...options }: SendOptions, limits: Limits) {
  let { canRefresh } = provider;
  let tries = 0;
  return async (error: NexusError, secrets: Secrets, attempts: number): Promise<Secrets> => {
    const { kind, status, retryAfterMs } = error;
    if (status === 401 && canRefresh) {
      canRefresh = false;
      emit({ type: "refresh" });
      return withDeadline(limits.rest(), () => provider.refresh(secrets));
    }
    if (options.reportsPauses && (status === 429 || retryAfterMs !== undefined)) throw error;
    tries += 1;
    const waitMs = waitBeforeRetry(error, tries, options.retry);
    // If the retry can't start before the deadline, the call fails now: the last error is more useful than a timeout.
    if (waitMs === undefined || waitMs >= limits.leftMs()) throw error;
    emit({ type: "retry", attempt: attempts, waitMs, kind, status });
    await sleep(waitMs, signal);
    return secrets;
  };
}

type Limits = ReturnType<typeof createLimits>;

/** The time limits of a call that starts now, and their errors. */
function createLimits({ timeoutMs, deadlineMs, signal, requestId, operation }: SendOptions) {
  const endsAt = performance.now() + deadlineMs;
  const leftMs = () => endsAt - performance.now();
  const error = (kind: NexusErrorKind, words: string, cause?: unknown) =>
    new NexusError(kind, `${operation} ${words}`, { cause, requestId });
  const limit = (ms: number, allowedMs: number): Deadline => ({
    ms,
    signal,
    error: (kind) => error(kind, kind === "timeout" ? `took longer than ${allowedMs} ms.` : "was aborted."),
  });
  /** Until the deadline. */
  const rest = () => limit(leftMs(), deadlineMs);
  const attempt = () => (leftMs() < timeoutMs ? rest() : limit(timeoutMs, timeoutMs));
  return { error, leftMs, rest, attempt };
}

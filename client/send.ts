import { causeOf, withoutData } from "./causes.ts";
import type { Complete } from "./check-options.ts";
import type { SecretProvider, Secrets } from "./credentials.ts";
import { sleep, withDeadline } from "./deadline.ts";
import { isNexusError, NexusError, type NexusErrorDetails, type NexusErrorKind } from "./nexus-error.ts";
import { type ReadOptions, readResponse } from "./read-response.ts";
import { checkResponse, type ResponseSchema } from "./response-schema.ts";
import { type RetryOptions, waitBeforeRetry } from "./retry.ts";

/** Progress of a call, for logs and metrics. It contains no secret and nothing about the user. */
export type ClientEvent = { requestId: string } & CallEvent;
type CallEvent =
  | { type: "attempt"; attempt: number }
  | { type: "refresh" }
  | { type: "retry"; attempt: number; waitMs: number; kind: NexusErrorKind; status: number | undefined }
  | { type: "end"; ok: boolean; kind: NexusErrorKind | undefined; status: number | undefined; durationMs: number };
export type Emit = (event: CallEvent) => void;

/** The part of `fetch` that the client uses: the global one, or that of undici, whose types differ. */
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
  headers?: Readonly<Record<string, string>> | undefined;
  /** The header X-Request-Id of this call: 1 to 128 visible ASCII characters. Default: a random UUID. */
  requestId?: string | undefined;
  /** Aborts the call: it fails with `aborted`, and the signal's reason is the cause. Default: none. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for one attempt of this call. Default: that of the client. */
  timeoutMs?: number | undefined;
  /** Milliseconds for this call. Default: that of the client. */
  deadlineMs?: number | undefined;
  /**
   * Fails the call at once after a 429 or a response with `Retry-After`: for callers that make many calls and pause all
   * of them. Default false.
   */
  reportsPauses?: boolean | undefined;
}

export interface SendOptions extends ReadOptions {
  secrets: SecretProvider;
  timeoutMs: number;
  deadlineMs: number;
  retry: Complete<RetryOptions>;
  schema: ResponseSchema | undefined;
  /** See CallOptions. */
  reportsPauses: boolean;
  signal: AbortSignal;
  emit: Emit;
  fetch: FetchOption;
}

export interface ApiRequest {
  method: string;
  url: string;
  /** Without credentials. */
  headers: Readonly<Record<string, string>>;
  body: string | null;
}

/** A 2xx response. */
export interface Received {
  response: Response;
  status: number;
  data: unknown;
  requestId: string;
}

/**
 * Sends the request of one call: adds credentials, limits the time, reads the body, classifies the response, retries, and
 * checks the data.
 * @throws NexusError
 */
export async function sendWithRetries({ url, ...request }: ApiRequest, options: SendOptions): Promise<Received> {
  const { emit, fetch, schema, secrets: provider } = options;
  const limits = createLimits(options);
  const recover = createRecovery(options, limits);
  let secrets = await limits.run(provider.get);
  for (let attempts = 1; ; attempts += 1) {
    const attempt = async (signal: AbortSignal) => {
      emit({ type: "attempt", attempt: attempts });
      const headers = { ...request.headers, ...secrets.headers };
      const response = await fetch(url, { ...request, headers, redirect: "manual", signal });
      // Every implementation returns the standard's Response, whatever its types are called.
      return readResponse(response as Response, options, signal);
    };
    try {
      const received = await limits.run(attempt, options.timeoutMs);
      if (schema) await limits.run(() => checkResponse(schema, received));
      return received;
    } catch (cause) {
      const { reason, words } = causeOf(cause);
      const error = isNexusError(cause)
        ? cause
        : limits.error("network", `got no complete response${words}.`, { cause: withoutData(cause), reason });
      secrets = await recover(error, secrets, attempts);
    }
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
      return limits.run(() => provider.refresh(secrets));
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
function createLimits({ deadlineMs, signal, requestId, operation }: SendOptions) {
  const endsAt = performance.now() + deadlineMs;
  const leftMs = () => endsAt - performance.now();
  const error = (kind: NexusErrorKind, words: string, details: NexusErrorDetails) =>
    new NexusError(kind, `${operation} ${words}`, { ...details, requestId });
  /** Limits the time to `allowedMs`, by default until the deadline. */
  const run = <T>(work: (signal: AbortSignal) => Promise<T>, allowedMs = deadlineMs): Promise<T> => {
    const ms = Math.min(leftMs(), allowedMs);
    const words = {
      timeout: `took longer than ${ms < allowedMs ? deadlineMs : allowedMs} ms.`,
      aborted: "was aborted.",
    };
    return withDeadline({ ms, signal, error: (kind) => error(kind, words[kind], { cause: signal.reason }) }, work);
  };
  return { error, leftMs, run };
}

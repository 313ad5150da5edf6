import { attempt, OPERATION } from "./api-call.ts";
import type { HeaderList, SecretProvider, Secrets } from "./credentials.ts";
import { type Deadline, sleep, withDeadline } from "./deadline.ts";
import { isNexusError, NexusError, type NexusErrorKind } from "./nexus-error.ts";
import { type RetryOptions, waitBeforeRetry } from "./retry.ts";

/** Progress of a call, for logs and metrics. It contains no secret and nothing about the user. */
export type ClientEvent = { requestId: string } & (
  | { type: "attempt"; attempt: number }
  | { type: "refresh" }
  | { type: "retry"; attempt: number; waitMs: number; kind: NexusErrorKind; status: number | undefined }
  | { type: "end"; ok: boolean; kind: NexusErrorKind | undefined; status: number | undefined; durationMs: number }
);

export interface SendOptions {
  /** Sent with each attempt, the request id included. */
  headers: HeaderList;
  requestId: string;
  secrets: SecretProvider;
  timeoutMs: number;
  deadlineMs: number;
  maxResponseBytes: number;
  retry?: RetryOptions | undefined;
  /** See CallOptions. */
  reportsPauses?: boolean | undefined;
  signal?: AbortSignal | undefined;
  emit: (event: ClientEvent) => void;
  /** Default: the global one, looked up at each attempt, so that interceptors can be installed later. */
  fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Sends the request of one call: adds credentials, limits the time, reads the body, classifies the response and retries.
 * @returns a 2xx response, the JSON object in it, its request id, and the number of requests sent.
 * @throws NexusError
 */
export async function sendWithRetries(request: Request, options: SendOptions) {
  const { requestId, emit, secrets: provider } = options;
  const body = await request.text();
  const limits = createLimits(options);
  const recover = createRecovery(options, limits);
  let secrets = await withDeadline(limits.rest(), provider.get);
  for (let attempts = 1; ; attempts += 1) {
    const result = await withDeadline(limits.attempt(), (signal) => {
      emit({ type: "attempt", attempt: attempts, requestId });
      const { fetch = globalThis.fetch } = options;
      const headers = [...options.headers, ...secrets.headers];
      return attempt({ ...options, request, body, headers, signal, fetch });
    }).catch((cause) => (isNexusError(cause) ? cause : limits.error("network", "got no complete response.", cause)));
    if (!isNexusError(result)) return { ...result, attempts };
    secrets = await recover(result, secrets, attempts);
  }
}

/** Prepares the next attempt after an error: refreshes the secrets or waits. Throws the error if there is no retry. */
function createRecovery({ secrets: provider, emit, requestId, signal, ...options }: SendOptions, limits: Limits) {
  let { canRefresh } = provider;
  let tries = 0;
  return async (error: NexusError, secrets: Secrets, attempts: number): Promise<Secrets> => {
    const { kind, status, retryAfterMs } = error;
    if (status === 401 && canRefresh) {
      canRefresh = false;
      emit({ type: "refresh", requestId });
      return withDeadline(limits.rest(), () => provider.refresh(secrets));
    }
    if (options.reportsPauses && (status === 429 || retryAfterMs !== undefined)) throw error;
    tries += 1;
    const waitMs = waitBeforeRetry(error, tries, options.retry);
    // If the retry can't start before the deadline, the call fails now: the last error is more useful than a timeout.
    if (waitMs === undefined || waitMs >= limits.leftMs()) throw error;
    emit({ type: "retry", attempt: attempts, waitMs, kind, status, requestId });
    await sleep(waitMs, signal);
    return secrets;
  };
}

type Limits = ReturnType<typeof createLimits>;

/** The time limits of a call that starts now, and their errors. */
function createLimits({ timeoutMs, deadlineMs, signal, requestId }: SendOptions) {
  const endsAt = performance.now() + deadlineMs;
  const leftMs = () => endsAt - performance.now();
  const error = (kind: NexusErrorKind, words: string, cause?: unknown) =>
    new NexusError(kind, `${OPERATION} ${words}`, { cause, requestId });
  const limit = (ms: number, words: string): Deadline => ({
    ms,
    signal,
    error: (kind) => error(kind, kind === "timeout" ? words : "was aborted."),
  });
  /** Until the deadline. */
  const rest = () => limit(leftMs(), `took longer than ${deadlineMs} ms in all.`);
  const attempt = () => (leftMs() < timeoutMs ? rest() : limit(timeoutMs, `took longer than ${timeoutMs} ms.`));
  return { error, leftMs, rest, attempt };
}

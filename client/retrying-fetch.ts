import { attempt, OPERATION } from "./api-call.ts";
import type { HeaderList, SecretProvider, Secrets } from "./credentials.ts";
import { sleep, withDeadline } from "./deadline.ts";
import type { ClientEvent } from "./events.ts";
import { isNexusError, NexusError, type NexusErrorKind } from "./nexus-error.ts";
import { type RetryPolicy, waitBeforeRetry } from "./retry.ts";

export interface RetryingFetchOptions {
  /** Sent with each attempt, the request id included. */
  headers: HeaderList;
  requestId: string;
  secrets: SecretProvider;
  timeoutMs: number;
  deadlineMs: number;
  retry: RetryPolicy;
  signal: AbortSignal | undefined;
  emit: (event: ClientEvent) => void;
  /** Default: the global one, looked up at each attempt, so that interceptors can be installed later. */
  fetch: typeof globalThis.fetch | undefined;
}

/**
 * The fetch for one call: adds credentials, limits the time, reads the body, classifies the response and retries.
 * It returns a 2xx response whose body has been read, or throws a NexusError.
 */
export function createRetryingFetch(options: RetryingFetchOptions) {
  const { requestId, emit } = options;
  let [attempts, text] = [0, ""];
  const fetch = async (request: Request): Promise<Response> => {
    const body = await request.text();
    const limits = createLimits(options);
    const recover = createRecovery(options, limits);
    let secrets = options.secrets.fixed() ?? (await withDeadline(limits.rest(), options.secrets.get));
    const send = (signal: AbortSignal) => {
      attempts += 1;
      emit({ type: "attempt", attempt: attempts, requestId });
      const { fetch = globalThis.fetch } = options;
      const headers = [...options.headers, ...secrets.headers];
      return attempt({ request, body, headers, requestId, signal, fetch });
    };
    for (;;) {
      const result = await withDeadline(limits.attempt(), send).catch((cause) =>
        isNexusError(cause) ? cause : limits.error("network", "got no complete response.", cause),
      );
      if (!isNexusError(result)) {
        text = result.text;
        return result.response;
      }
      secrets = await recover(result, secrets, attempts);
    }
  };
  return {
    fetch,
    /** The body of the response that `fetch` returned. */
    text: () => text,
    /** Requests sent so far. */
    attempts: () => attempts,
  };
}

/** Prepares the next attempt after an error: refreshes the secrets or waits. Throws the error if there is no retry. */
function createRecovery({ secrets: provider, retry, emit, requestId, signal }: RetryingFetchOptions, limits: Limits) {
  let { canRefresh } = provider;
  let tries = 0;
  return async (error: NexusError, secrets: Secrets, attempts: number): Promise<Secrets> => {
    const { kind, status } = error;
    if (status === 401 && canRefresh) {
      canRefresh = false;
      emit({ type: "refresh", requestId });
      return withDeadline(limits.rest(), () => provider.refresh(secrets));
    }
    tries += 1;
    const waitMs = waitBeforeRetry(error, tries, retry);
    // If the retry can't start before the deadline, the call fails now: the last error is more useful than a timeout.
    if (waitMs === undefined || waitMs >= limits.leftMs()) throw error;
    emit({ type: "retry", attempt: attempts, waitMs, kind, status, requestId });
    await sleep(waitMs, signal);
    return secrets;
  };
}

type Limits = ReturnType<typeof createLimits>;

/** The time limits of a call that starts now, and their errors. */
function createLimits({ timeoutMs, deadlineMs, signal, requestId }: RetryingFetchOptions) {
  const endsAt = performance.now() + deadlineMs;
  const leftMs = () => endsAt - performance.now();
  const error = (kind: NexusErrorKind, words: string, cause?: unknown) =>
    new NexusError(kind, `${OPERATION} ${words}`, { cause, requestId });
  const abortError = () => error("aborted", "was aborted.");
  const limit = (ms: number, words: string) => ({
    ms,
    signal,
    abortError,
    timeoutError: () => error("timeout", words),
  });
  /** Until the deadline. */
  const rest = () => limit(leftMs(), `took longer than ${deadlineMs} ms in all.`);
  const attempt = () => (leftMs() < timeoutMs ? rest() : limit(timeoutMs, `took longer than ${timeoutMs} ms.`));
  return { error, leftMs, rest, attempt };
}

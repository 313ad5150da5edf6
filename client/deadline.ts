import type { NexusError } from "./nexus-error.ts";

export interface Deadline {
  ms: number;
  timeoutError: () => NexusError;
  /** Also ends the work. Its listener is removed when the work settles. */
  signal: AbortSignal | undefined;
  abortError: () => NexusError;
}

/**
 * Settles with `work`, or rejects as soon as the time is over or the signal aborts, even if `work` ignores the signal
 * passed to it. That signal aborts on every failure.
 */
export function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { ms, timeoutError, signal: outer, abortError } = deadline;
  if (outer?.aborted) return Promise.reject(abortError());
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const release = () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", abort);
    };
    const fail = (error: unknown) => {
      release();
      reject(error);
      controller.abort(error);
    };
    const abort = () => fail(abortError());
    const timer = setTimeout(() => fail(timeoutError()), ms);
    outer?.addEventListener("abort", abort);
    work(controller.signal).then((value) => {
      release();
      resolve(value);
    }, fail);
  });
}

/** Resolves after `ms` milliseconds, or as soon as the signal aborts. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}

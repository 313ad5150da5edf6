export interface Deadline {
  ms: number;
  /** Also ends the work. Its listener is removed when the work settles. */
  signal: AbortSignal;
  /** The rejection. */
  error: (kind: "timeout" | "aborted") => unknown;
}

/**
 * Settles with `work`, or rejects as soon as the time is over or the signal aborts, even if `work` ignores the signal
 * passed to it. That signal aborts on every failure.
 */
export async function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { ms, signal: outer, error } = deadline;
  if (outer.aborted) throw error("aborted");
  if (ms <= 0) throw error("timeout");
  const controller = new AbortController();
  let end: (kind: "timeout" | "aborted") => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = (kind) => reject(error(kind));
  });
  const abort = () => end("aborted");
  outer.addEventListener("abort", abort);
  const timer = setTimeout(end, ms, "timeout");
  try {
    return await Promise.race([work(controller.signal), ended]);
  } catch (failure) {
    controller.abort(failure);
    throw failure;
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", abort);
  }
}

/** Resolves after `ms` milliseconds, or as soon as the signal aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return withDeadline({ ms, signal, error: () => undefined }, () => new Promise<void>(() => {})).catch(() => {});
}

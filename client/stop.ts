/** What ends a wait: `timeout` its time, `aborted` the caller, `over` the end of the work itself. */
export type StopReason = "timeout" | "aborted" | "over";

export interface Stop {
  /** Its `reason` is a StopReason. */
  signal: AbortSignal;
  /** Lets go of the timer and the listener. */
  end(): void;
  /** The same, and tells what is still under way to stop. */
  cut(): void;
}

/** Stops after `ms` milliseconds or when `outer` aborts. Nothing stays on `outer` after `end`. */
export function createStop(ms: number, outer: AbortSignal | undefined): Stop {
  const controller = new AbortController();
  // The first reason stays.
  const stop = (reason: StopReason) => controller.abort(reason);
  const abort = () => stop("aborted");
  const timer = setTimeout(() => stop("timeout"), ms);
  if (outer?.aborted) abort();
  else outer?.addEventListener("abort", abort);
  const end = () => {
    clearTimeout(timer);
    outer?.removeEventListener("abort", abort);
  };
  return {
    signal: controller.signal,
    end,
    cut() {
      end();
      stop("over");
    },
  };
}

/** `work`, or a rejection as soon as `signal` aborts: neither a fetch nor a caller's function has to listen to it. */
export function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopped = () => reject(signal.reason);
    if (signal.aborted) stopped();
    signal.addEventListener("abort", stopped, { once: true });
    const over = () => signal.removeEventListener("abort", stopped);
    work.then(
      (value) => {
        over();
        resolve(value);
      },
      (error) => {
        over();
        reject(error);
      },
    );
  });
}

/** Resolves after `ms` milliseconds, or rejects at once when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return untilStopped(waited, signal).finally(() => clearTimeout(timer));
}

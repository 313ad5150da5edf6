import { performance } from "node:perf_hooks";
import { clearInterval, setInterval } from "node:timers";

const SAMPLE_MS = 50;

export type LoopDelay = ReturnType<typeof sampleLoopDelay>;

/** Samples the time by which a timer of 50 ms is late, which is the delay of the event loop, until it is closed. */
export function sampleLoopDelay(observe: (seconds: number) => void) {
  let [previous, current] = [0, 0];
  let expected = performance.now() + SAMPLE_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    [previous, current] = [current, Math.max(0, now - expected)];
    observe(current / 1_000);
    expected = now + SAMPLE_MS;
  }, SAMPLE_MS).unref();
  return {
    /** The lower of the last two samples in milliseconds, so that a single pause does not count. */
    ms: () => Math.min(previous, current),
    close: () => clearInterval(timer),
  };
}

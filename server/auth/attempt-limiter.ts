import type { Clock } from "../clock.ts";

/** Wrong secrets that one key id may bring from one address within a minute. */
const MOST_FAILURES = 10;
const WINDOW_MS = 60_000;
/** Most pairs remembered at a time; the oldest go first, so that a flood of made-up ids can't fill the memory. */
const MOST_REMEMBERED = 10_000;

/** Counts failed attempts. While `secondsToWait` is above 0 not even the right secret is tried: no oracle for guessing. */
export function createAttempts(clock: Clock) {
  const windows = new Map<string, { failures: number; endsAt: number }>();
  const current = (who: string) => {
    const window = windows.get(who);
    return window && window.endsAt > clock().getTime() ? window : undefined;
  };
  return {
    /** Whole seconds until another attempt counts; 0: now. */
    secondsToWait(who: string): number {
      const window = current(who);
      if (!window || window.failures < MOST_FAILURES) return 0;
      return Math.ceil((window.endsAt - clock().getTime()) / 1_000);
    },
    fail(who: string): void {
      const window = current(who) ?? { failures: 0, endsAt: clock().getTime() + WINDOW_MS };
      windows.delete(who);
      windows.set(who, { ...window, failures: window.failures + 1 });
      const [oldest] = windows.keys();
      if (windows.size > MOST_REMEMBERED && oldest !== undefined) windows.delete(oldest);
    },
  };
}

import { sleep } from "../deadline.ts";
import type { SafeResult } from "../nexus-client.ts";
import type { NexusError } from "../nexus-error.ts";

/** Where the server does not say how long to wait. */
const USUAL_PAUSE_MS = 1_000;
/** One pause at most, whatever the server says. */
const LONGEST_PAUSE_MS = 60_000;
/** So many pauses without anything else between them: it is not getting better. */
const MOST_IN_A_ROW = 10;
/** So many tries of one item, though others get through. */
const MOST_TRIES = 100;

/** When the server asks one to wait, all wait. */
export function createPace(signal: AbortSignal) {
  let until = 0;
  let inARow = 0;
  return {
    /** Resolves when nobody has to wait, or at the abort. */
    async ready(): Promise<void> {
      for (let now = performance.now(); now < until && !signal.aborted; now = performance.now()) {
        await sleep(until - now, signal);
      }
    },
    /** Takes in what was answered; true if it is to be tried again after the pause. */
    mustWait(result: SafeResult, tries: number): boolean {
      if (result.ok || !asksToWait(result.error)) {
        inARow = 0;
        return false;
      }
      const now = performance.now();
      // What was under way when the pause began is answered the same: that is one pause, not several.
      if (now >= until) inARow += 1;
      until = Math.max(until, now + Math.min(result.error.retryAfterMs ?? USUAL_PAUSE_MS, LONGEST_PAUSE_MS));
      return inARow <= MOST_IN_A_ROW && tries < MOST_TRIES;
    },
  };
}

/** 503 with Retry-After says it too (RFC 9110 section 15.6.4): the contract server's overload. */
function asksToWait({ status, retryAfterMs }: NexusError): boolean {
  return status === 429 || (status === 503 && retryAfterMs !== undefined);
}

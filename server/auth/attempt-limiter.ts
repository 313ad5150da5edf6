import { hash } from "node:crypto";
import type { Clock } from "../clock.ts";
import { createExpiringMap } from "./expiring-map.ts";

/** Wrong secrets for one key id from one address within a minute, before further attempts are refused. */
const MAX_FAILURES = 10;
const WINDOW_MS = 60_000;
/** Pairs of key id and address counted at a time, about 200 bytes each. */
const MAX_COUNTED = 10_000;

/** Counts wrong secrets. Ids that exist are counted apart: a flood of invented ids does not evict their counts. */
export function createAttemptLimiter(clock: Clock) {
  const createCounts = () =>
    createExpiringMap<{ failures: number; endsAt: number }>({ ttlMs: WINDOW_MS, maxEntries: MAX_COUNTED });
  const [existing, invented] = [createCounts(), createCounts()];

  return ({ id, address, exists }: { id: string; address: string | undefined; exists: boolean }) => {
    const [counts, now] = [exists ? existing : invented, clock().getTime()];
    // Of fixed length, however long the id is.
    const key = hash("sha256", JSON.stringify([id, address]), "base64url");
    const count = counts.get(key, now) ?? { failures: 0, endsAt: now + WINDOW_MS };
    return {
      /** Until the next attempt is accepted; 0: now. */
      secondsToWait: count.failures < MAX_FAILURES ? 0 : Math.ceil((count.endsAt - now) / 1_000),
      fail(): void {
        if (count.failures === 0) counts.add(key, count, now);
        count.failures += 1;
      },
    };
  };
}

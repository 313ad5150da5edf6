import { hash } from "node:crypto";
import type { Clock } from "../clock.ts";
import { createExpiringMap } from "./expiring-map.ts";

/** Maximum number of wrong secrets per minute for one key id from one address. */
const MAX_FAILURES = 10;
const WINDOW_MS = 60_000;
/** Maximum number of counted pairs of key id and address, about 200 bytes each. */
const MAX_COUNTED = 10_000;

/**
 * Counts wrong secrets. Existing and unknown ids have separate counts, so that a flood of unknown ids does not evict
 * the counts of existing ones.
 */
export function createAttemptLimiter(clock: Clock) {
  const createCounts = () =>
    createExpiringMap<{ failures: number; endsAt: number }>({ ttlMs: WINDOW_MS, maxEntries: MAX_COUNTED });
  const [existingIds, unknownIds] = [createCounts(), createCounts()];

  return ({ id, address, exists }: { id: string; address: string | undefined; exists: boolean }) => {
    const [counts, now] = [exists ? existingIds : unknownIds, clock().getTime()];
    // Hashed, so that a long id does not make a long key.
    const key = hash("sha256", JSON.stringify([id, address]), "base64url");
    const count = counts.get(key, now) ?? { failures: 0, endsAt: now + WINDOW_MS };
    return {
      /** Seconds until the next attempt is accepted; 0 if it is accepted now. */
      secondsToWait: count.failures < MAX_FAILURES ? 0 : Math.ceil((count.endsAt - now) / 1_000),
      fail(): void {
        if (count.failures === 0) counts.add(key, count, now);
        count.failures += 1;
      },
    };
  };
}

/**
 * A bounded map for keys from requests. An entry expires `ttlMs` after it was added, or if the clock is set back to a
 * time before it was added; beyond `maxEntries` the oldest is removed. Keys and values must be of bounded size. `now` is
 * in milliseconds.
 */
export function createExpiringMap<V>({ ttlMs, maxEntries }: { ttlMs: number; maxEntries: number }) {
  const entries = new Map<string, { value: V; addedAt: number }>();
  const isCurrent = ({ addedAt }: { addedAt: number }, now: number) => now >= addedAt && now < addedAt + ttlMs;
  return {
    get(key: string, now: number): V | undefined {
      const entry = entries.get(key);
      return entry && isCurrent(entry, now) ? entry.value : undefined;
    },
    add(key: string, value: V, now: number): void {
      entries.delete(key);
      entries.set(key, { value, addedAt: now });
      for (const [oldest, entry] of entries) {
        if (entries.size <= maxEntries && isCurrent(entry, now)) break;
        entries.delete(oldest);
      }
    },
  };
}

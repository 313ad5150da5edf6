/** A mutex per key: runs work for one key in order of arrival, and work for different keys concurrently. */
export function createMutex(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<void>>();
  return (key, work) => {
    const result = tails.get(key)?.then(work) ?? work();
    const forget = () => {
      if (tails.get(key) === tail) tails.delete(key);
    };
    const tail: Promise<void> = result.then(forget, forget);
    tails.set(key, tail);
    return result;
  };
}

/** Counts the items that are finished without a gap. Only what is finished beyond a gap is remembered. */
export function createFinishedPrefix(from: number) {
  const beyond = new Set<number>();
  let next = from;
  return {
    /** The index of the first item that is not finished. */
    next: () => next,
    /** True if that moved `next`. */
    add(index: number): boolean {
      beyond.add(index);
      const before = next;
      while (beyond.delete(next)) next += 1;
      return next > before;
    },
  };
}

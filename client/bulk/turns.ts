/** Runs work of one key in the order it came, one at a time; keys do not wait for each other. Work must not reject. */
export function createTurns(): (key: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return async (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work);
    last.set(key, turn);
    await turn;
    // Nothing is kept of a user who is done.
    if (last.get(key) === turn) last.delete(key);
  };
}

/** Wakes everyone who waits; each looks for itself whether it was meant. */
export function createBell() {
  let waiting: (() => void)[] = [];
  return {
    ring() {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    rung: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
}

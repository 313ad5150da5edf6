/** Does work of one name one after the other, in the order in which it came; work of other names does not wait for it. */
export function createTurns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<void>>();
  return (name, work) => {
    const turn = last.get(name)?.then(work) ?? work();
    const forget = () => {
      if (last.get(name) === over) last.delete(name);
    };
    const over: Promise<void> = turn.then(forget, forget);
    last.set(name, over);
    return turn;
  };
}

/** Synchronous clean-up that the end of this process still owes: children to kill, folders to remove. */
const pending = new Set<() => void>();

/** Runs `work` when this process exits, unless the returned function has been called before. */
export function onExit(work: () => void): () => void {
  if (!process.listeners("exit").includes(runPending)) process.on("exit", runPending);
  pending.add(work);
  return () => void pending.delete(work);
}

function runPending(): void {
  for (const work of pending) work();
}

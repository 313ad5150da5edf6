import type { SyncOutcome } from "../bulk/sync-item.ts";
import type { NexusError } from "../nexus-error.ts";

/** Counts the outcomes of a run, and its failures by reason: the status, or the kind of another error. */
export function createTally() {
  const counts = { done: 0, failed: 0 };
  const reasons = new Map<string, { failed: number; example: string }>();
  return {
    counts,
    add(outcome: SyncOutcome, line: number): void {
      counts.done += 1;
      if (outcome.ok) return;
      counts.failed += 1;
      const name = reasonOf(outcome.error);
      const { failed, example } = reasons.get(name) ?? { failed: 0, example: `line ${line}: ${outcome.error.message}` };
      reasons.set(name, { failed: failed + 1, example });
    },
    /** The most frequent reason first. */
    reasons: () => Array.from(reasons, ([name, reason]) => ({ name, ...reason })).sort((a, b) => b.failed - a.failed),
  };
}

function reasonOf({ kind, status }: NexusError): string {
  if (kind === "config") return "invalid line";
  return kind === "http" ? String(status) : kind;
}

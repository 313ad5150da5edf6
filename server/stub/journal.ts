import type { JournalEntry, Journal as JournalList, Verdict, Verification } from "../../generated/control/types.ts";
import { verdictOn } from "./verification.ts";

export type Journal = ReturnType<typeof createJournal>;

/** The last requests of a session, at most `limit`; those that had to go are counted. */
export function createJournal(limit: number) {
  let entries: JournalEntry[] = [];
  let evicted = 0;
  return {
    add(entry: JournalEntry): void {
      entries.push(entry);
      if (entries.length <= limit) return;
      entries.shift();
      evicted += 1;
    },
    /** The latest first. */
    list: (): JournalList => ({ requests: entries.toReversed(), evicted }),
    verify: (verification: Verification): Verdict => verdictOn(entries, evicted, verification),
    clear(): void {
      entries = [];
      evicted = 0;
    },
  };
}

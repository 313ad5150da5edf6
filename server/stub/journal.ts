import type {
  ExpectedCount,
  Journal,
  JournalEntry,
  RequestMatch,
  Verdict,
  Verification,
} from "../../generated/control/types.ts";

/** The last `limit` requests of a session; older ones are evicted and counted. */
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
    list: (): Journal => ({ requests: entries.toReversed(), evicted }),
    /** Checks how many entries match; if the count is not as expected, lists the closest misses. */
    verify({ match, count: expected }: Verification): Verdict {
      // The latest first, so that the latest of equal misses is listed first.
      const misses = entries.toReversed().flatMap(({ id, ...entry }) => {
        const reasons = differences(match, entry);
        return reasons.length > 0 ? [{ id, reasons }] : [];
      });
      const count = entries.length - misses.length;
      const passed = isExpected(count, expected);
      const closest = misses.toSorted((a, b) => a.reasons.length - b.reasons.length).slice(0, MAX_MISSES);
      return { passed, count, evicted, closest: passed ? [] : closest };
    },
    clear(): void {
      entries = [];
      evicted = 0;
    },
  };
}

const MAX_MISSES = 5;

function isExpected(count: number, { exactly = count, atLeast = count, atMost = count }: ExpectedCount): boolean {
  return count === exactly && count >= atLeast && count <= atMost;
}

/** One sentence for each member that differs: "status is 404, not 200". */
function differences(match: RequestMatch, entry: Omit<JournalEntry, "id">): string[] {
  return Object.entries(match).flatMap(([name, expected]) => {
    const actual = entry[name as keyof RequestMatch];
    if (actual === expected) return [];
    return `${name} is ${actual === undefined ? "absent" : JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
  });
}

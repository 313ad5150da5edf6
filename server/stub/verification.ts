import type {
  ExpectedCount,
  JournalEntry,
  RequestMatch,
  Verdict,
  Verification,
} from "../../generated/control/types.ts";

const MOST_MISSES = 5;

/** Whether as many entries match as expected; where not, those that missed by least, and why they did. */
export function verdictOn(
  entries: readonly JournalEntry[],
  evicted: number,
  { match, count: expected }: Verification,
): Verdict {
  // The latest first: of those that missed by as much, they are what a test has just done.
  const looked = entries.toReversed().map(({ id, ...entry }) => ({ id, reasons: reasonsAgainst(match, entry) }));
  const misses = looked.filter(({ reasons }) => reasons.length > 0);
  const count = looked.length - misses.length;
  if (isExpected(count, expected)) return { passed: true, count, evicted, closest: [] };
  const closest = misses.toSorted((a, b) => a.reasons.length - b.reasons.length).slice(0, MOST_MISSES);
  return { passed: false, count, evicted, closest };
}

function isExpected(count: number, { exactly = count, atLeast = count, atMost = count }: ExpectedCount): boolean {
  return count === exactly && count >= atLeast && count <= atMost;
}

/** "status is 404, not 200": one sentence for each member that differs. */
function reasonsAgainst(match: RequestMatch, entry: Omit<JournalEntry, "id">): string[] {
  return Object.entries(match).flatMap(([name, wanted]) => {
    const is = entry[name as keyof RequestMatch];
    if (is === wanted) return [];
    return [
      is === undefined ? `${name} is absent, not ${shown(wanted)}` : `${name} is ${shown(is)}, not ${shown(wanted)}`,
    ];
  });
}

function shown(value: unknown): string {
  return JSON.stringify(value);
}

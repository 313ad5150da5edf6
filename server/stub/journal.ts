import type { Journal, JournalEntry, RequestMatch, Verdict, Verification } from "../../generated/control/types.ts";

/** Maximum size of the entries of a journal as JSON. */
const MAX_BYTES = 8_388_608;

/** The last `limit` requests of a session, up to 8 MiB; older ones are evicted and counted. */
export function createJournal(limit: number) {
  let entries: JournalEntry[] = [];
  let bytes = 0;
  let evicted = 0;
  return {
    bytes: () => bytes,
    add(entry: JournalEntry): void {
      entries.push(entry);
      bytes += bytesOf(entry);
      while (entries.length > limit || bytes > MAX_BYTES) {
        bytes -= bytesOf(entries.shift());
        evicted += 1;
      }
    },
    /** Removes and returns the entries of this session, the oldest first. */
    take(name: string): JournalEntry[] {
      const { taken = [], rest = [] } = Object.groupBy(entries, ({ session }) => (session === name ? "taken" : "rest"));
      entries = rest;
      bytes -= taken.reduce((sum, entry) => sum + bytesOf(entry), 0);
      return taken;
    },
    /** The latest first. */
    list: (): Journal => ({ requests: entries.toReversed(), evicted }),
    /** Checks how many entries match; if too many do, lists them, and if too few do, the closest misses. */
    verify({ match, count: { exactly, atLeast = 0, atMost } }: Verification): Verdict {
      // The latest first, so that the latest of equal misses is listed first.
      const compared = entries.toReversed().map((entry) => ({ entry, reasons: differences(match, entry) }));
      const matches = compared.filter(({ reasons }) => reasons.length === 0);
      const count = matches.length;
      const [least, most] = [Math.max(exactly ?? 0, atLeast), Math.min(exactly ?? count, atMost ?? count)];
      const listed = count > most ? matches : count < least ? closestOf(compared) : [];
      const closest = listed.slice(0, MAX_LISTED).map(({ entry, reasons }) => {
        return { id: entry.id, reasons: reasons.length > 0 ? reasons : [summaryOf(entry)] };
      });
      return { passed: count >= least && count <= most, count, evicted, closest };
    },
    clear(): void {
      entries = [];
      bytes = 0;
      evicted = 0;
    },
  };
}

function bytesOf(entry: JournalEntry | undefined): number {
  return Buffer.byteLength(JSON.stringify(entry) ?? "");
}

const MAX_LISTED = 5;

interface Compared {
  entry: JournalEntry;
  /** Empty if the entry matches. */
  reasons: string[];
}

function closestOf(compared: readonly Compared[]): Compared[] {
  const misses = compared.filter(({ reasons }) => reasons.length > 0);
  return misses.toSorted((a, b) => a.reasons.length - b.reasons.length);
}

function summaryOf({ method, path, status, at }: JournalEntry): string {
  return `matches: ${method} ${path}, ${status ?? "no response"}, at ${at}`;
}

/** One sentence for each member that differs: "status is 404, not 200". */
function differences(match: RequestMatch, entry: JournalEntry): string[] {
  return Object.entries(match).flatMap(([name, expected]) => {
    const actual = entry[name as keyof RequestMatch];
    if (actual === expected) return [];
    return `${name} is ${actual === undefined ? "absent" : JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
  });
}

import type { Journal, JournalEntry, RequestMatch, Verdict, Verification } from "../../generated/control/types.ts";
import { checkOptions } from "../check-options.ts";
import { checkArgument } from "./check-argument.ts";
import type { OperationCheck } from "./operation-id.ts";

/** Maximum size of the entries of a journal as JSON. */
const MAX_BYTES = 8_388_608;

interface Stored {
  session: string | undefined;
  /** The entry as JSON, outside V8's heap, whose limit may be low. */
  json: Buffer;
}

/** The last `limit` requests of a session, up to 8 MiB; older ones are evicted and counted. */
export function createJournal(limit: number, checkOperation: OperationCheck = () => {}) {
  let stored: Stored[] = [];
  let evicted = 0;
  const bytes = () => sizeOf(stored);
  const latestFirst = () => stored.map(parsed).reverse();
  return {
    bytes,
    add(entry: JournalEntry): void {
      stored.push({ session: entry.session, json: Buffer.from(JSON.stringify(entry)) });
      while (stored.length > limit || bytes() > MAX_BYTES) {
        stored.shift();
        evicted += 1;
      }
    },
    /** Removes and returns the entries of this session, the oldest first. */
    take(name: string): JournalEntry[] {
      const taken = stored.filter(({ session }) => session === name);
      stored = stored.filter(({ session }) => session !== name);
      return taken.map(parsed);
    },
    /**
     * The latest first, of all operations or of one; `evicted` counts those of all.
     * @throws UnknownOperation, and ConfigurationError for another option
     */
    list(options: { operationId?: string } = {}): Journal {
      checkOptions(options, { operationId: "string" });
      const { operationId } = options;
      checkOperation(operationId, { in: "query", name: "operationId" });
      const requests = latestFirst().filter((entry) => operationId === undefined || entry.operationId === operationId);
      return { requests, evicted };
    },
    /**
     * Checks how many entries match; if too many do, lists them, and if too few do, the closest misses.
     * @throws ConfigurationError for an unknown member or an invalid count
     */
    verify(verification: Verification): Verdict {
      checkArgument("Verification", verification);
      const { match, count: expected } = verification;
      const { exactly, atLeast = 0, atMost } = expected;
      // The latest first, so that the latest of equal misses is listed first.
      const compared = latestFirst().map((entry) => ({ entry, reasons: differences(match, entry) }));
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
      stored = [];
      evicted = 0;
    },
  };
}

function sizeOf(stored: readonly Stored[]): number {
  return stored.reduce((sum, { json }) => sum + json.length, 0);
}

function parsed({ json }: Stored): JournalEntry {
  return JSON.parse(json.toString());
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

import type { User } from "../../generated/types.ts";
import { callerOf, type Seen, seenIn } from "./seen.ts";

/** One sync that was sent; its token stands in every place that it writes. */
export interface SyncRecord {
  userId: string;
  token: string;
  /** Milliseconds of one clock. */
  start: number;
  end: number;
  /** Refused is 4xx; unknown is 5xx, no answer in time, or a connection that ended. */
  outcome: "ok" | "refused" | "unknown";
  /** 0 where no answer came. */
  status: number;
  /** What an ok sync answered. */
  seen?: Seen;
}

export interface History {
  records: readonly SyncRecord[];
  /** Users as the database itself had them, at any time. */
  reads?: readonly User[];
  /** All users, from the database itself, when no sync was under way any more. */
  finals: readonly User[];
}

/** By user, and of each user by caller: when the last acknowledged sync began. */
type LastStarts = ReadonlyMap<string, ReadonlyMap<string, number>>;

type ByToken = ReadonlyMap<string, SyncRecord>;

/** The register that all callers of a user write. */
const SHARED = "";

/** Everything that should not be: rules 1 to 4 of what is promised, one problem a line. Rule 5 is in replay.ts. */
export function problemsOf({ records, reads = [], finals }: History): string[] {
  const byToken: ByToken = new Map(records.map((record) => [record.token, record]));
  const lastStarts = lastStartsOf(records);
  const ends = finals.map(seenIn);
  const all = [...reads.map(seenIn), ...ends, ...records.flatMap(({ seen }) => seen ?? [])];
  return [
    ...absentIn(ends, lastStarts),
    ...ends.flatMap((seen) => lostIn(seen, byToken, lastStarts.get(seen.userId))),
    ...all.flatMap(tornIn),
    ...records.flatMap(invisibleIn),
    ...all.flatMap((seen) => strayIn(seen, byToken)),
  ];
}

/** No answer, or a failure of the server's own: neither the one nor the other is for a server that is there. */
export function isUnanswered({ status }: SyncRecord): boolean {
  return status === 0 || status === 500;
}

/** Rule 1: a user who was acknowledged is there. */
function absentIn(ends: readonly Seen[], lastStarts: LastStarts): string[] {
  const there = new Set(ends.map(({ userId }) => userId));
  return [...lastStarts.keys()].flatMap((userId) => (there.has(userId) ? [] : [`rule 1: ${userId} is gone`]));
}

/** Rule 1, for what all callers write and for what one of them does: the last sync's, or one's that was under way with it. */
function lostIn(
  { userId, places, own }: Seen,
  byToken: ByToken,
  lastStarts: ReadonlyMap<string, number> = new Map(),
): string[] {
  return [...lastStarts].flatMap(([caller, lastStart]) => {
    const token = caller === SHARED ? places[0] : own.get(caller);
    const end = token === undefined ? undefined : byToken.get(token)?.end;
    if (end !== undefined && end >= lastStart) return [];
    const register = caller === SHARED ? userId : `${userId} own-${caller}`;
    return [`rule 1: ${register} ends with ${token}, but a later sync was acknowledged and is lost`];
  });
}

function lastStartsOf(records: readonly SyncRecord[]): LastStarts {
  const users = new Map<string, Map<string, number>>();
  for (const { userId, token, start, outcome } of records) {
    if (outcome !== "ok") continue;
    const starts = users.get(userId) ?? new Map<string, number>();
    users.set(userId, starts);
    for (const name of [SHARED, callerOf(token)]) starts.set(name, Math.max(start, starts.get(name) ?? start));
  }
  return users;
}

/** Rule 2. */
function tornIn({ userId, places, own }: Seen): string[] {
  const [token] = places;
  const all = token === undefined ? places : [...places, own.get(callerOf(token))];
  return all.every((place) => place === token) ? [] : [`rule 2: ${userId} is torn: ${all.join(", ")}`];
}

/** Rule 3. */
function invisibleIn({ outcome, userId, token, seen }: SyncRecord): string[] {
  if (outcome !== "ok" || (seen?.userId === userId && seen.places.every((place) => place === token))) return [];
  return [`rule 3: ${userId} was answered ${seen?.userId} with ${seen?.places.join(", ")} instead of ${token}`];
}

/** Rule 4, and no token that was never sent, or for somebody else. */
function strayIn({ userId, tokens }: Seen, byToken: ByToken): string[] {
  return tokens.flatMap((token) => {
    const record = byToken.get(token);
    if (!record) return [`rule 1: ${userId} holds ${token}, which nobody has sent`];
    if (record.userId !== userId) return [`rule 1: ${userId} holds ${token}, which was sent for ${record.userId}`];
    return record.outcome === "refused" ? [`rule 4: ${userId} holds ${token}, which was refused`] : [];
  });
}

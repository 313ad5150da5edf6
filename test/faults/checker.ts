import type { User } from "../../generated/types.ts";
import { callerOf, type Seen, seenIn } from "./seen.ts";

/** One sync. Its token is in every place that it writes. */
export interface SyncRecord {
  userId: string;
  token: string;
  /** Milliseconds of `performance.now()`. */
  start: number;
  end: number;
  /** `rejected` is 4xx; `unknown` is 5xx, a timeout or a lost connection. */
  outcome: "ok" | "rejected" | "unknown";
  /** 0 without a response. */
  status: number;
  /** The user in the response of an `ok` sync. */
  seen?: Seen;
}

export interface History {
  records: readonly SyncRecord[];
  /** Users read from the database at any time. */
  reads?: readonly User[];
  /** All users read from the database after the last sync. */
  finals: readonly User[];
}

/** The start of the last acknowledged sync, by user and caller. */
type LastStarts = ReadonlyMap<string, ReadonlyMap<string, number>>;

type ByToken = ReadonlyMap<string, SyncRecord>;

/** Key of the places that all callers of a user write. */
const SHARED = "";

/**
 * Violations of rules 1 to 4: (1) no acknowledged sync is lost, (2) the places of a user agree, (3) a response shows its
 * own sync, (4) no rejected sync is stored. Rule 5 is in replay.ts.
 */
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

/** No response, or a 500: a running server must not produce either. */
export function isFailure({ status }: SyncRecord): boolean {
  return status === 0 || status === 500;
}

/** Rule 1: a user with an acknowledged sync exists. */
function absentIn(ends: readonly Seen[], lastStarts: LastStarts): string[] {
  const existing = new Set(ends.map(({ userId }) => userId));
  return [...lastStarts.keys()].flatMap((userId) => (existing.has(userId) ? [] : [`rule 1: ${userId} is gone`]));
}

/** Rule 1: the final token is that of the last acknowledged sync or of one that overlapped it, for all callers and for each. */
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
  return [`rule 3: ${userId} got a response for ${seen?.userId} with ${seen?.places.join(", ")} instead of ${token}`];
}

/** Rule 4; also, no token that was never sent or was sent for another user. */
function strayIn({ userId, tokens }: Seen, byToken: ByToken): string[] {
  return tokens.flatMap((token) => {
    const record = byToken.get(token);
    if (!record) return [`rule 1: ${userId} holds ${token}, which was never sent`];
    if (record.userId !== userId) return [`rule 1: ${userId} holds ${token}, which was sent for ${record.userId}`];
    return record.outcome === "rejected" ? [`rule 4: ${userId} holds ${token}, which was rejected`] : [];
  });
}

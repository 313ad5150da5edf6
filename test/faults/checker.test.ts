import { expect, test } from "vitest";
import type { User } from "../../generated/types.ts";
import { CONNECTION, identity } from "../helpers/stub.ts";
import { problemsOf, type SyncRecord } from "./checker.ts";
import { assertionsOf, seenIn } from "./seen.ts";

/** A user after syncs with these tokens: the shared places have the last one, `own-` attributes the last of the caller. */
function userOf(tokens: readonly string[], changes: { groups?: string[]; values?: Record<string, string> } = {}): User {
  const asserted = tokens.flatMap((token) => assertionsOf(token).attributes.map(({ key }) => [key, token] as const));
  const values = { ...Object.fromEntries(asserted), ...changes.values };
  const attributes = Object.entries(values).map(([name, value], index) => ({ id: index + 1, name, value }));
  const groups = changes.groups ?? tokens.slice(-1);
  return { id: "u-1", identities: [identity(CONNECTION, groups)], attributes };
}

/** A sync of u-1 from `start` to `start + 1`, by default with a correct response. */
function sync(token: string, start: number, changes: Partial<SyncRecord> = {}): SyncRecord {
  const outcome = changes.outcome ?? "ok";
  const seen = outcome === "ok" ? { seen: seenIn(userOf([token])) } : {};
  return { userId: "u-1", token, start, end: start + 1, outcome, status: 200, ...seen, ...changes };
}

test.for<[string, SyncRecord[], User]>([
  ["without syncs", [], userOf([])],
  ["that ends with the last sync", [sync("t-a.1", 0), sync("t-a.2", 2)], userOf(["t-a.1", "t-a.2"])],
  ["with overlapping syncs in any order", [sync("t-a.1", 0), sync("t-b.1", 0.5)], userOf(["t-b.1", "t-a.1"])],
  ["whose unknown sync was stored", [sync("t-a.1", 0), sync("t-a.2", 2, { outcome: "unknown" })], userOf(["t-a.2"])],
  [
    "whose unknown sync was not stored",
    [sync("t-a.1", 0), sync("t-a.2", 2, { outcome: "unknown" })],
    userOf(["t-a.1"]),
  ],
])("a history %s has no violations", ([, records, user]) => {
  expect(problemsOf({ records, reads: [user], finals: [user] })).toEqual([]);
});

const LOST = "but a later sync was acknowledged and is lost";
const BOTH = userOf(["t-a.1", "t-a.2"]);

test.for<[string, SyncRecord[], User[], string[]]>([
  [
    "rule 1: a missing acknowledged sync",
    [sync("t-a.1", 0)],
    [userOf([])],
    [`rule 1: u-1 ends with undefined, ${LOST}`, `rule 1: u-1 own-a ends with undefined, ${LOST}`],
  ],
  [
    "rule 1: a final state of an older sync",
    [sync("t-a.1", 0, { outcome: "unknown" }), sync("t-b.1", 2)],
    [userOf(["t-b.1", "t-a.1"])],
    [`rule 1: u-1 ends with t-a.1, ${LOST}`],
  ],
  [
    "rule 1: an update that another caller's sync has undone",
    [sync("t-a.1", 0), sync("t-a.2", 2), sync("t-b.1", 2)],
    [userOf(["t-a.1", "t-b.1"])],
    [`rule 1: u-1 own-a ends with t-a.1, ${LOST}`],
  ],
  ["rule 1: a token that was never sent", [], [userOf(["t-a.1"])], ["rule 1: u-1 holds t-a.1, which was never sent"]],
  [
    "rule 1: a token that was sent for another user",
    [sync("t-a.2", 0, { userId: "u-2", outcome: "unknown" })],
    [userOf(["t-a.2"])],
    ["rule 1: u-1 holds t-a.2, which was sent for u-2"],
  ],
  ["rule 1: a missing user", [sync("t-a.1", 0)], [], ["rule 1: u-1 is gone"]],
  [
    "rule 3: a response that does not show its own sync",
    [sync("t-a.1", 0), sync("t-a.2", 2, { seen: seenIn(userOf(["t-a.1"])) })],
    [BOTH],
    ["rule 3: u-1 got a response for u-1 with t-a.1, t-a.1, t-a.1 instead of t-a.2"],
  ],
  [
    "rule 4: the token of a rejected sync",
    [sync("t-a.1", 0), sync("t-b.1", 2, { outcome: "rejected" })],
    [{ ...userOf(["t-a.1"]), nickname: "from t-b.1" }],
    ["rule 4: u-1 holds t-b.1, which was rejected"],
  ],
])("%s is reported", ([, records, finals, problems]) => {
  expect(problemsOf({ records, finals })).toEqual(problems);
});

test.for<[string, User]>([
  ["the groups", userOf(["t-a.1", "t-a.2"], { groups: ["t-a.1"] })],
  ["one of two groups", userOf(["t-a.1", "t-a.2"], { groups: ["t-a.1", "t-a.2"] })],
  ["the first attribute", userOf(["t-a.1", "t-a.2"], { values: { token: "t-a.1" } })],
  ["the caller's own attribute", userOf(["t-a.1", "t-a.2"], { values: { "own-a": "t-a.1" } })],
])("rule 2: %s of an earlier sync is reported as torn, in reads and in responses", ([, user]) => {
  const records = [sync("t-a.1", 0, { outcome: "unknown" }), sync("t-a.2", 0, { outcome: "unknown" })];
  const withResponse = [...records, sync("t-b.1", 3, { outcome: "unknown", seen: seenIn(user) })];
  const torn = [expect.stringMatching(/^rule 2: u-1 is torn/)];
  expect(problemsOf({ records, reads: [user], finals: [BOTH] })).toEqual(torn);
  expect(problemsOf({ records: withResponse, finals: [BOTH] })).toEqual(torn);
});

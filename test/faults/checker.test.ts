import { expect, test } from "vitest";
import type { User } from "../../generated/types.ts";
import { CONNECTION, identity } from "../helpers/stub.ts";
import { problemsOf, type SyncRecord } from "./checker.ts";
import { assertionsOf, seenIn } from "./seen.ts";

/** A user after syncs with these tokens; the last one is everywhere, each caller's last in its own place. */
function userOf(tokens: readonly string[], changes: { groups?: string[]; values?: Record<string, string> } = {}): User {
  const asserted = tokens.flatMap((token) => assertionsOf(token).attributes.map(({ key }) => [key, token] as const));
  const values = { ...Object.fromEntries(asserted), ...changes.values };
  const attributes = Object.entries(values).map(([name, value], index) => ({ id: index + 1, name, value }));
  const groups = changes.groups ?? tokens.slice(-1);
  return { id: "u-1", identities: [identity(CONNECTION, groups)], attributes };
}

/** A sync of u-1 from `start` to `start + 1`, whose answer is right unless told otherwise. */
function sync(token: string, start: number, changes: Partial<SyncRecord> = {}): SyncRecord {
  const outcome = changes.outcome ?? "ok";
  const seen = outcome === "ok" ? { seen: seenIn(userOf([token])) } : {};
  return { userId: "u-1", token, start, end: start + 1, outcome, status: 200, ...seen, ...changes };
}

/** Only the rules' names, each once. */
function brokenRules(history: Parameters<typeof problemsOf>[0]): string[] {
  return [...new Set(problemsOf(history).map((problem) => problem.slice(0, 6)))];
}

test.for<[string, SyncRecord[], User]>([
  ["nothing was sent", [], userOf([])],
  ["the last one is there", [sync("t-a.1", 0), sync("t-a.2", 2)], userOf(["t-a.1", "t-a.2"])],
  ["either of two at a time may be last", [sync("t-a.1", 0), sync("t-b.1", 0.5)], userOf(["t-b.1", "t-a.1"])],
  ["one that is unknown may be there", [sync("t-a.1", 0), sync("t-a.2", 2, { outcome: "unknown" })], userOf(["t-a.2"])],
  ["one that is unknown may be not", [sync("t-a.1", 0), sync("t-a.2", 2, { outcome: "unknown" })], userOf(["t-a.1"])],
  ["a refused one is not", [sync("t-a.1", 0), sync("t-a.2", 2, { outcome: "refused" })], userOf(["t-a.1"])],
])("a good history: %s", ([, records, user]) => {
  expect(problemsOf({ records, reads: [user], finals: [user] })).toEqual([]);
});

test("rule 1: an acknowledged sync that is not there is lost", () => {
  expect(problemsOf({ records: [sync("t-a.1", 0)], finals: [userOf([])] })).toEqual([
    "rule 1: u-1 ends with undefined, but a later sync was acknowledged and is lost",
    "rule 1: u-1 own-a ends with undefined, but a later sync was acknowledged and is lost",
  ]);
});

test.for(["ok", "unknown"] as const)("rule 1: the state of an older sync (%s) is a loss", (outcome) => {
  const records = [sync("t-a.1", 0, { outcome }), sync("t-b.1", 2)];
  const user = userOf(["t-b.1", "t-a.1"]);
  expect(problemsOf({ records, finals: [user] })).toEqual([
    "rule 1: u-1 ends with t-a.1, but a later sync was acknowledged and is lost",
  ]);
});

test("rule 1: what one caller wrote is lost where another's older state was written over it", () => {
  const records = [sync("t-a.1", 0), sync("t-a.2", 2), sync("t-b.1", 2)];
  expect(problemsOf({ records, finals: [userOf(["t-a.1", "t-b.1"])] })).toEqual([
    "rule 1: u-1 own-a ends with t-a.1, but a later sync was acknowledged and is lost",
  ]);
});

test("rule 1: a token that nobody has sent, or for another user, is found", () => {
  const records = [sync("t-a.2", 0, { userId: "u-2", outcome: "unknown" })];
  expect(problemsOf({ records, finals: [userOf(["t-a.1"])] })).toEqual([
    "rule 1: u-1 holds t-a.1, which nobody has sent",
  ]);
  expect(problemsOf({ records, finals: [userOf(["t-a.2"])] })).toEqual([
    "rule 1: u-1 holds t-a.2, which was sent for u-2",
  ]);
});

test("rule 1: a user who was acknowledged and is gone is found", () => {
  expect(problemsOf({ records: [sync("t-a.1", 0)], finals: [] })).toEqual(["rule 1: u-1 is gone"]);
});

test.for<[string, User]>([
  ["the groups", userOf(["t-a.1", "t-a.2"], { groups: ["t-a.1"] })],
  ["one of two groups", userOf(["t-a.1", "t-a.2"], { groups: ["t-a.1", "t-a.2"] })],
  ["no group", userOf(["t-a.1", "t-a.2"], { groups: [] })],
  ["the other attribute", userOf(["t-a.1", "t-a.2"], { values: { mark: "t-a.1" } })],
  ["the first attribute", userOf(["t-a.1", "t-a.2"], { values: { token: "t-a.1" } })],
  ["the caller's own attribute", userOf(["t-a.1", "t-a.2"], { values: { "own-a": "t-a.1" } })],
])("rule 2: %s of an earlier sync is a torn user, in a read at any time and in an answer", ([, user]) => {
  const records = [sync("t-a.1", 0, { outcome: "unknown" }), sync("t-a.2", 0, { outcome: "unknown" })];
  const whole = userOf(["t-a.1", "t-a.2"]);
  expect(brokenRules({ records, reads: [user], finals: [whole] })).toEqual(["rule 2"]);
  expect(brokenRules({ records, finals: [user] })).toEqual(["rule 2"]);
  const answered = [...records, sync("t-b.1", 3, { outcome: "unknown", seen: seenIn(user) })];
  expect(brokenRules({ records: answered, finals: [whole] })).toEqual(["rule 2"]);
});

test("rule 3: a sync that its own answer does not show, or an answer of another user, is found", () => {
  const first = sync("t-a.1", 0);
  const finals = [userOf(["t-a.1", "t-a.2"])];
  const stale = sync("t-a.2", 2, { seen: seenIn(userOf(["t-a.1"])) });
  expect(problemsOf({ records: [first, stale], finals })).toEqual([
    "rule 3: u-1 was answered u-1 with t-a.1, t-a.1, t-a.1 instead of t-a.2",
  ]);
  const strangers = sync("t-a.2", 2, { seen: seenIn({ ...userOf([]), id: "u-2" }) });
  expect(brokenRules({ records: [first, strangers], finals })).toEqual(["rule 3"]);
});

test("rule 4: the token of a refused sync is found wherever it stands, in a read and in an answer", () => {
  const records = [sync("t-a.1", 0), sync("t-b.1", 2, { outcome: "refused" })];
  const clean = userOf(["t-a.1"]);
  const dirty = { ...clean, nickname: "from t-b.1" };
  expect(problemsOf({ records, finals: [dirty] })).toEqual(["rule 4: u-1 holds t-b.1, which was refused"]);
  expect(brokenRules({ records, reads: [dirty], finals: [clean] })).toEqual(["rule 4"]);
  const shown = [...records, sync("t-a.2", 4, { seen: seenIn({ ...userOf(["t-a.2"]), nickname: "from t-b.1" }) })];
  expect(brokenRules({ records: shown, finals: [userOf(["t-a.1", "t-a.2"])] })).toEqual(["rule 4"]);
});

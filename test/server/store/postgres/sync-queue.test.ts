import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { openPool } from "../../../../server/store/postgres/pool.ts";
import { createSyncQueue, type Run } from "../../../../server/store/postgres/sync-queue.ts";
import { type Send, transact } from "../../../../server/store/postgres/transaction.ts";
import { type Found, type Store, StoreUnavailable } from "../../../../server/store/store.ts";
import { holdUser, query } from "../../../helpers/postgres.ts";
import { countUp, directoryOf, keyOf, look } from "../store-under-test.ts";
import { failSaves, slowSaves, storeAt, storeWithUsers } from "./under-test.ts";

const idsOf = (count: number) => Array.from({ length: count }, (_, index) => `u-${index + 10}`);

/** A store with further users. On one connection, syncs that arrive during another one share the next transaction. */
async function storeWithMany(count: number, poolSize = 1) {
  const ids = idsOf(count);
  const opened = await storeWithUsers({ poolSize });
  await opened.store.load(directoryOf({ users: ids.map((id) => ({ id })) }));
  return { ...opened, ids };
}

/** Records the statement and the users of each committed save. */
async function recordSaves(url: string) {
  await query(
    url,
    `CREATE TABLE recorded (at SERIAL, statement TEXT, users TEXT[]);
     CREATE FUNCTION record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO recorded (statement, users) SELECT current_query(), array_agg(id) FROM saved; RETURN NULL; END $$;
     CREATE TRIGGER recording AFTER UPDATE ON nexus_sync_users REFERENCING NEW TABLE AS saved
       FOR EACH STATEMENT EXECUTE FUNCTION record()`,
  );
  return async () => {
    const rows = await query(url, "SELECT statement, users FROM recorded ORDER BY at");
    return rows as { statement: string; users: string[] }[];
  };
}

/** Runs syncs in one shared transaction: another sync has the only connection when they arrive. */
async function together<T>(store: Store, syncs: (() => Promise<T>)[]): Promise<PromiseSettledResult<T>[]> {
  const first = look(store, "u-ada");
  const settled = Promise.allSettled(syncs.map((sync) => sync()));
  await first;
  return settled;
}

test("syncs that wait share transactions of at most 32; a sync that finds none running has its own", async () => {
  const { url, store, ids } = await storeWithMany(70);
  const saves = await recordSaves(url);

  expect(await Promise.all(ids.map((id) => countUp(store, id)))).toEqual(ids.map(() => 1));
  for (const id of ids.slice(0, 2)) expect(await countUp(store, id)).toBe(2);

  const recorded = await saves();
  expect(recorded.map(({ users }) => users.length)).toEqual([1, 32, 32, 5, 1, 1]);
  expect(recorded.map(({ statement }) => statement.includes("unnest"))).toEqual(
    recorded.map(({ users }) => users.length > 1),
  );
  expect(recorded.flatMap(({ users }) => users).sort()).toEqual([...ids, ...ids.slice(0, 2)].sort());
});

test("a sync does not wait for up to three others that are running", async () => {
  const { url, store } = await storeWithUsers();
  const running = ["u-1", "u-2", "u-3"];
  await slowSaves(url, 1, ...running);
  const order: string[] = [];

  await Promise.all([...running, "u-ada"].map((id) => countUp(store, id).then(() => order.push(id))));

  expect(order[0]).toBe("u-ada");
});

test("in a shared transaction, a decision that throws, changes nothing or finds no user affects no other", async () => {
  const { url, store, ids } = await storeWithMany(9);
  const saves = await recordSaves(url);
  const failing = [ids[0], ids[4], ids[8]];
  const decide = (id: string) => (found: Found | undefined) => {
    if (failing.includes(id)) throw new RangeError(`not ${id}`);
    return { user: id === ids[2] ? undefined : found && { id, nickname: "saved" }, result: found?.user };
  };

  const syncs = [...ids, "u-unknown"].map((id) => () => store.sync(keyOf(id), decide(id)));
  const outcomes = await together(store, syncs);

  for (const [index, id] of ids.entries()) {
    const isFailing = failing.includes(id);
    const expected = isFailing ? { reason: new RangeError(`not ${id}`) } : { status: "fulfilled", value: { id } };
    expect(outcomes[index]).toMatchObject(expected);
    const isSaved = !isFailing && id !== ids[2];
    expect(await store.user(id)).toEqual({ id, ...(isSaved && { nickname: "saved" }) });
  }
  expect(outcomes[9]).toEqual({ status: "fulfilled", value: undefined });
  expect((await saves()).map(({ users }) => users.length)).toEqual([5]);
});

test("in a shared transaction, each sync finds its own user and roles, as it does alone", async () => {
  const { store } = await storeWithUsers({ poolSize: 1 });
  const names = ["a", "b", "c", "d"];
  const roles = names.map((name) => ({ id: `r-${name}`, name, audience: "urn:api" }));
  const roleConnectionMaps = names.flatMap((name) =>
    ["con_a", "con_b"].map((azoConnectionId, index) => {
      const id = `m-${name}-${azoConnectionId}`;
      return { id, roleId: `r-${names[(names.indexOf(name) + index) % 4]}`, azoConnectionId, groupName: name };
    }),
  );
  const assigned = (...ids: string[]) => ids.map((id) => ({ id, name: id }));
  const users = [
    { id: "u-1", roles: assigned("r-a", "r-b") },
    { id: "u-2", roles: assigned("r-a", "r-a", "r-unknown") },
    { id: "u-3" },
    { id: 'u"{4}', nickname: "\u{1f600}" },
  ];
  await store.load(directoryOf({ roles, roleConnectionMaps, users }));
  const keys = [
    ["u-1", ["a", "c"], "con_a"],
    ["u-2", ["a", "b"], "con_b"],
    ["u-3", [], "con_a"],
    ['u"{4}', ["d", "D", "x", 'a"'], "con_a"],
  ] as const;

  const looks = keys.map(
    ([id, groups, connection]) =>
      () =>
        look(store, id, [...groups], connection),
  );
  const shared = await together(store, looks);

  const sorted = (found: Found | undefined) => found && { ...found, roles: found.roles.map(({ id }) => id).sort() };
  const alone = [];
  for (const lookAlone of looks) alone.push(sorted(await lookAlone()));
  expect(shared.map((outcome) => outcome.status === "fulfilled" && sorted(outcome.value))).toEqual(alone);
  expect(alone.map((found) => found?.roles)).toEqual([["r-a", "r-b", "r-c"], ["r-a", "r-b", "r-c"], [], ["r-d"]]);
});

test("in a shared transaction, a user whose row is locked does not delay the others", async () => {
  const { url, store, lines, ids } = await storeWithMany(5, 2);
  // The second load may have waited for the end of the first one's connection.
  lines.splice(0);
  const [held = "", ...others] = ids;
  const release = await holdUser(url, held);
  // Both transactions that two connections allow.
  const first = ["u-ada", "u-bob"].map((id) => look(store, id));
  const decided = vi.fn();
  const waiting = countUp(store, held, decided);

  expect(await Promise.all(others.map((id) => countUp(store, id)))).toEqual([1, 1, 1, 1]);

  // The locked row made no transaction fail.
  expect([decided.mock.calls, lines]).toEqual([[], []]);
  await release();
  expect(await waiting).toBe(1);
  await Promise.all(first);
});

test("shared transactions of two servers with opposite orders lose no update, and no deadlock occurs", async () => {
  const { url, store, ids } = await storeWithMany(20, 2);
  const { store: other } = await storeAt(url, { poolSize: 2 });

  for (let round = 0; round < 20; round += 1) {
    const [forward, backward] = [ids, ids.toReversed()];
    await Promise.all([
      ...forward.map((id) => countUp(store, id)),
      ...backward.map((id) => countUp(other, id)),
      ...backward.map((id) => countUp(store, id)),
    ]);
  }

  for (const id of ids) expect((await store.user(id))?.nickname).toBe("60");
  // The statistics of a connection are complete after its end.
  await Promise.all([store.close(), other.close()]);
  const counted = "SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()";
  expect(await query(url, counted)).toEqual([{ deadlocks: 0 }]);
});

test("syncs of the same users in one burst run one after another", async () => {
  const { store, ids } = await storeWithMany(7);

  const counts = await Promise.all([...ids, ...ids, ...ids].map((id) => countUp(store, id)));

  expect(counts).toEqual([1, 2, 3].flatMap((count) => ids.map(() => count)));
});

test.each([
  { failures: 2, when: "SAVE", attempts: 3, saves: [4] },
  { failures: 2, when: "COMMIT", attempts: 3, saves: [4] },
  { failures: 3, when: "SAVE", attempts: 4, saves: [1, 1, 1, 1] },
] as const)(
  "a shared transaction with $failures conflicts at its $when is made in $attempts attempts",
  async ({ failures, when, attempts, saves: expected }) => {
    const { url, store, ids } = await storeWithMany(4);
    await failSaves(url, { code: "40001", times: failures, when });
    const saves = await recordSaves(url);
    const decided = vi.fn();

    const outcomes = await together(
      store,
      ids.map((id) => () => countUp(store, id, () => decided(id))),
    );

    expect(outcomes).toEqual(ids.map(() => ({ status: "fulfilled", value: 1 })));
    for (const id of ids) expect(decided.mock.calls.filter(([of]) => of === id)).toHaveLength(attempts);
    expect((await saves()).map(({ users }) => users.length)).toEqual(expected);
  },
);

test("syncs of a shared transaction that conflict six times are unavailable", async () => {
  const { url, store, ids } = await storeWithMany(3);
  await failSaves(url, { code: "40P01", times: 1_000, when: "SAVE" });
  const decided = vi.fn();

  const outcomes = await together(
    store,
    ids.map((id) => () => countUp(store, id, decided)),
  );

  const unavailable = { status: "rejected", reason: expect.any(StoreUnavailable) };
  expect(outcomes).toEqual(ids.map(() => unavailable));
  expect(decided).toHaveBeenCalledTimes(6 * ids.length);
});

test("in a shared transaction, a user that the database rejects fails alone", async () => {
  const { url, store, ids } = await storeWithMany(4);
  await query(
    url,
    `ALTER TABLE nexus_sync_users ADD CONSTRAINT no CHECK (id <> '${ids[1]}' OR document !~ 'nickname')`,
  );

  const outcomes = await together(
    store,
    ids.map((id) => () => countUp(store, id)),
  );

  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  expect(outcomes[1]).toMatchObject({
    reason: { message: expect.stringMatching(/rejected a statement: .*\(23514\)/) },
  });
});

/** A queue on one connection whose transactions start `delayMs` late, and the statements that it sends in each packet. */
function queueAt(url: string, delayMs = 0) {
  const { pool, connect } = openPool({ url });
  onTestFinished(() => pool.end());
  const packets: (string | undefined)[][] = [];
  const recording = (send: Send): Send => {
    return (...statements) => {
      packets.push(statements.map(({ name, text }) => name ?? text.split(" ")[0]));
      return send(...statements);
    };
  };
  const run: Run = async (work, limits) => {
    await sleep(delayMs);
    return transact(connect, (send) => work(recording(send)), limits);
  };
  return { queue: createSyncQueue(run, 1), packets };
}

test("a sync alone sends two packets, or one and a rollback, with statements for one user; so do many together", async () => {
  const { url } = await storeWithUsers();
  const { queue, packets } = queueAt(url);
  const add = (id: string, nickname?: string) =>
    queue.add(keyOf(id), performance.now() + 5_000, () => ({
      user: nickname ? { id, nickname } : undefined,
      result: 1,
    }));
  const sent = () => packets.splice(0).map((packet) => packet.join(" "));

  await add("u-ada", "saved");
  expect(sent()).toEqual(["BEGIN nexus-unlocked-user nexus-roles", "nexus-save COMMIT"]);
  await add("u-ada");
  expect(sent()).toEqual(["BEGIN nexus-unlocked-user nexus-roles", "ROLLBACK"]);
  // A transaction counts until just after its syncs have settled.
  await sleep(0);
  await Promise.all([add("u-ada"), ...["u-1", "u-2", "u-3", "u-4"].map((id) => add(id, "saved"))]);
  const shared = ["BEGIN nexus-unlocked-users nexus-roles-of-all", "nexus-save-all COMMIT"];
  expect(sent()).toEqual(["BEGIN nexus-unlocked-user nexus-roles", "ROLLBACK", ...shared]);
});

test("a sync whose deadline passes before its decision is unavailable, and is not decided later", async () => {
  const { url, store } = await storeWithUsers();
  const { queue } = queueAt(url, 100);
  const decided: string[] = [];
  const add = (id: string, withinMs: number) =>
    queue.add(keyOf(id), performance.now() + withinMs, (found) => {
      decided.push(id);
      return { user: found && { ...found.user, nickname: "saved" }, result: id };
    });

  const outcomes = await Promise.allSettled([add("u-ada", 5_000), add("u-1", 150), add("u-2", 5_000)]);

  const [, late, last] = outcomes;
  expect(late).toMatchObject({ reason: expect.any(StoreUnavailable) });
  expect([last, decided]).toEqual([{ status: "fulfilled", value: "u-2" }, ["u-ada", "u-2"]]);
  expect(await store.user("u-1")).toEqual({ id: "u-1" });
});

import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";
import { isUnanswered, problemsOf } from "./checker.ts";
import { createRecorder, type Recorder, requestBytes, sendOnce, type Target } from "./recorder.ts";
import { replayProblems } from "./replay.ts";
import type { Scene } from "./scene.ts";
import { type ServerUnderTest, startServerUnderTest, until } from "./server-under-test.ts";
import { type DatabaseRead, readSqlite } from "./sqlite-read.ts";
import { type Load, seededRandom, startLoad } from "./steady-load.ts";

export interface Outage {
  database: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
  /** What the log says of it. */
  reason: RegExp;
  /** How a sync that changes nothing is answered meanwhile, where it comes alone. */
  unchanged: 200 | 503;
}

interface Stage {
  server: ServerUnderTest;
  target: Target;
  recorder: Recorder;
  load(name: string): Load;
  /** Status of a sync of the calm user that changes nothing. */
  sendSame(): Promise<number>;
  before: DatabaseRead;
}

/** A user whom the load leaves alone. */
const CALM = "u-0";

/** A server under load meets an outage: 503 and a clear line meanwhile, alive, and afterwards all is as it should be. */
export async function surviveOutage(scene: Scene, outage: Outage): Promise<void> {
  const stage = await openStage(scene, outage.database);
  const { server, recorder } = stage;
  const isNow = (status: number) => until(async () => recorder.records.at(-1)?.status === status, 5_000);
  const load = stage.load("before");
  await setTimeout(300);

  await outage.begin();
  await isNow(503);
  await meanwhile(server, recorder);
  await load.stop();
  // In company it may share the others' failing transaction.
  expect(await stage.sendSame()).toBe(outage.unchanged);
  const after = stage.load("after");
  await isNow(503);
  await outage.end();

  await isNow(200);
  await setTimeout(300);
  await after.stop();
  await checkStage(stage, outage);
}

async function openStage({ userIds, authorization, flags }: Scene, database: string): Promise<Stage> {
  const server = await startServerUnderTest([...flags, "--database", database]);
  const target = { url: server.url, authorization };
  const recorder = createRecorder(target);
  const same = requestBytes(target, { userId: CALM, token: "t-calm.1" });
  const sendSame = async () => (await sendOnce(target, same)).status;
  expect(await sendSame()).toBe(200);
  const others = userIds.filter((id) => id !== CALM);
  // Fewer callers than are always taken, however late the event loop is: here 503 is the store's alone.
  const load = (name: string) => startLoad(recorder, { name, callers: 6, userIds: others, random: seededRandom(1) });
  return { server, target, recorder, load, sendSame, before: readSqlite(database) };
}

async function meanwhile(server: ServerUnderTest, { records }: Recorder): Promise<void> {
  const from = records.length;
  for (let turn = 0; turn < 5; turn += 1) {
    await setTimeout(150);
    expect(await server.page("/livez")).toBe(200);
  }
  expect(records.slice(from).filter(({ status }) => status === 503).length).toBeGreaterThan(10);
  expect(records.slice(from).filter(isUnanswered)).toEqual([]);
}

async function checkStage({ server, target, recorder, before }: Stage, { database, reason }: Outage): Promise<void> {
  const said = server.lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  expect(said.length).toBeGreaterThan(0);
  for (const line of said) {
    expect(line).toMatchObject({ msg: "unavailable", reason: expect.stringMatching(reason) });
  }
  const { users, integrity, rows } = readSqlite(database);
  expect([integrity, rows]).toEqual(["ok", before.rows]);
  const finals = users.filter(({ id }) => id !== CALM);
  expect(problemsOf({ records: recorder.records, finals })).toEqual([]);
  expect(await replayProblems([target], CALM, () => readSqlite(database))).toEqual([]);
}

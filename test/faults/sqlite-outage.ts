import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";
import { until } from "../../scripts/shared/program.ts";
import { seededRandom } from "../../server/stub/fault-rules.ts";
import { isFailure, problemsOf } from "./checker.ts";
import { requestBytes, sendOnce } from "./recorder.ts";
import { replayProblems } from "./replay.ts";
import type { ServerUnderTest, SqliteScene } from "./scene.ts";
import { startLoad } from "./steady-load.ts";

export interface Outage {
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
  /** The reason in the log. */
  reason: RegExp;
  /** The status of a single sync that changes nothing, during the outage. */
  unchanged: 200 | 503;
}

/** A user that is not part of the load. */
const OTHER_USER = "u-0";

/** Expects a server under load to respond with 503 and stay alive during an outage, and to have lost nothing after it. */
export async function surviveOutage(scene: SqliteScene, { begin, end, reason, unchanged }: Outage): Promise<void> {
  const { target, recorder, userIds, read } = scene;
  const server = await scene.startServer();
  const same = requestBytes(target, { userId: OTHER_USER, token: "t-other.1" });
  const statusOfSame = async () => (await sendOnce(target, same)).status;
  expect(await statusOfSame()).toBe(200);
  const { rows } = read();
  // Too few callers for load shedding: every 503 is the store's.
  const options = { callers: 6, userIds: userIds.filter((id) => id !== OTHER_USER), random: seededRandom(1) };
  const lastIs = (status: number) => until(async () => recorder.records.at(-1)?.status === status, 5_000);
  const before = startLoad(recorder, { ...options, name: "before" });
  await setTimeout(300);

  await begin();
  await lastIs(503);
  await expectUnavailable(server, scene);
  await before.stop();
  // Sent without load, because it would share the failing transaction of other syncs.
  expect(await statusOfSame()).toBe(unchanged);
  const after = startLoad(recorder, { ...options, name: "after" });
  await lastIs(503);
  await end();
  await lastIs(200);
  await setTimeout(300);
  await after.stop();

  expectReason(server, reason);
  const { users, rows: rowsAfter } = read();
  expect(rowsAfter).toBe(rows);
  expect(problemsOf({ records: recorder.records, finals: users.filter(({ id }) => id !== OTHER_USER) })).toEqual([]);
  expect(await replayProblems([target], OTHER_USER, read)).toEqual([]);
}

async function expectUnavailable(server: ServerUnderTest, { recorder: { records } }: SqliteScene): Promise<void> {
  const from = records.length;
  const isRejected = ({ status }: { status: number }) => status === 503;
  await until(async () => {
    expect(await server.page("/livez")).toBe(200);
    return records.slice(from).filter(isRejected).length > 10;
  }, 10_000);
  expect(records.slice(from).filter(isFailure)).toEqual([]);
}

function expectReason({ output }: ServerUnderTest, reason: RegExp): void {
  const lines = (output().match(/^\{.*$/gm) ?? []).map((line) => JSON.parse(line));
  const logged = lines.filter(({ event }) => event !== "ready");
  expect(logged.length).toBeGreaterThan(0);
  for (const line of logged) expect(line).toMatchObject({ msg: "unavailable", reason: expect.stringMatching(reason) });
}

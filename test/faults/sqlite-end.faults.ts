import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { seededRandom } from "../../server/stub/fault-rules.ts";
import { isFailure, problemsOf } from "./checker.ts";
import { replayProblems } from "./replay.ts";
import { createSqliteScene } from "./scene.ts";
import { startLoad } from "./steady-load.ts";

test("SIGTERM under load loses no sync and exits with 0, and a new server continues", async () => {
  const { userIds, target, recorder, startServer, read } = createSqliteScene({ users: 40 });
  const { records } = recorder;
  for (let round = 0; round < 3; round += 1) {
    const server = await startServer();
    const from = records.length;
    const load = startLoad(recorder, { callers: 12, name: `r${round}c`, userIds, random: seededRandom(round) });
    await setTimeout(400);
    const sent = records.length;
    expect(await server.end("SIGTERM")).toMatchObject({ code: 0, signal: null });
    await load.stop();
    expect(records.slice(from, sent).filter(isFailure)).toEqual([]);
    expect(problemsOf({ records, finals: read().users })).toEqual([]);
  }
  await startServer();
  expect(await replayProblems([target], "u-0", read)).toEqual([]);
});

import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { isUnanswered, problemsOf } from "./checker.ts";
import { createRecorder } from "./recorder.ts";
import { replayProblems } from "./replay.ts";
import { createScene } from "./scene.ts";
import { startServerUnderTest } from "./server-under-test.ts";
import { readSqlite } from "./sqlite-read.ts";
import { seededRandom, startLoad } from "./steady-load.ts";

test("SIGTERM under load loses nothing and exits 0; a new server goes on", async () => {
  const { folder, userIds, authorization, flags } = createScene({ users: 40 });
  const database = join(folder, "nexus.sqlite");
  const start = () => startServerUnderTest([...flags, "--database", database]);
  const target = { url: "", authorization };
  const recorder = createRecorder(target);
  for (let round = 0; round < 3; round += 1) {
    const server = await start();
    target.url = server.url;
    const from = recorder.records.length;
    const load = startLoad(recorder, { callers: 12, name: `r${round}c`, userIds, random: seededRandom(round) });
    await setTimeout(400);
    const sent = recorder.records.length;
    expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
    await load.stop();
    expect(recorder.records.slice(from, sent).filter(isUnanswered)).toEqual([]);
    const { users, integrity } = readSqlite(database);
    expect([integrity, ...problemsOf({ records: recorder.records, finals: users })]).toEqual(["ok"]);
  }
  const again = await start();
  expect(await replayProblems([{ ...target, url: again.url }], "u-0", () => readSqlite(database))).toEqual([]);
});

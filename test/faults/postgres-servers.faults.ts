import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { isUnanswered, problemsOf } from "./checker.ts";
import { readPostgres } from "./postgres-read.ts";
import { createPostgresScene } from "./postgres-scene.ts";
import { seededRandom, startLoad } from "./steady-load.ts";

test.for(["SIGKILL", "SIGTERM"] as const)(
  "%s of one of two servers under load loses nothing; the other goes on",
  async (signal) => {
    const { postgres, userIds, startServer } = await createPostgresScene({ users: 40 });
    const stays = await startServer();
    const goes = [];
    const random = seededRandom(1);
    const load = startLoad(stays.recorder, { name: "stays", callers: 8, userIds, random });
    for (let round = 0; round < 3; round += 1) {
      const server = await startServer();
      goes.push(server);
      const its = startLoad(server.recorder, { name: `r${round}c`, callers: 8, userIds, random });
      await setTimeout(300 + random() * 200);
      const { code } = await server.end(signal);
      expect(code).toBe(signal === "SIGTERM" ? 0 : null);
      await its.stop();
    }
    await load.stop();

    const records = [stays, ...goes].flatMap(({ recorder }) => recorder.records);
    expect(stays.recorder.records.filter(isUnanswered)).toEqual([]);
    const { users } = await readPostgres(postgres.url);
    expect(problemsOf({ records, finals: users }).slice(0, 20)).toEqual([]);
  },
);

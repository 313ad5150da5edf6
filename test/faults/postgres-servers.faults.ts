import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { seededRandom } from "../../server/stub/fault-rules.ts";
import { isFailure, problemsOf } from "./checker.ts";
import { createPostgresScene } from "./scene.ts";
import { startLoad } from "./steady-load.ts";

test.for(["SIGKILL", "SIGTERM"] as const)(
  "%s of one of two servers under load loses no sync, and the other server continues",
  async (signal) => {
    const { userIds, startServer, read } = await createPostgresScene({ users: 40 });
    const staying = await startServer();
    const ended = [];
    const random = seededRandom(1);
    const load = startLoad(staying.recorder, { name: "staying", callers: 8, userIds, random });
    for (let round = 0; round < 3; round += 1) {
      const server = await startServer();
      ended.push(server);
      const itsLoad = startLoad(server.recorder, { name: `r${round}c`, callers: 8, userIds, random });
      await setTimeout(300 + random() * 200);
      const { code } = await server.end(signal);
      expect(code).toBe(signal === "SIGTERM" ? 0 : null);
      await itsLoad.stop();
    }
    await load.stop();

    const records = [staying, ...ended].flatMap(({ recorder }) => recorder.records);
    expect(staying.recorder.records.filter(isFailure)).toEqual([]);
    const { users } = await read();
    expect(problemsOf({ records, finals: users }).slice(0, 20)).toEqual([]);
  },
);

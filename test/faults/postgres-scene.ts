import { onTestFinished } from "vitest";
import { type PostgresServer, startPostgres } from "../../scripts/shared/postgres-server.ts";
import { createRecorder, type Recorder, type Target } from "./recorder.ts";
import { createScene, type Scene } from "./scene.ts";
import { type ServerUnderTest, startServerUnderTest } from "./server-under-test.ts";

export interface PostgresScene extends Scene {
  postgres: PostgresServer;
  /** One more server on the same database. */
  startServer(): Promise<ServerUnderTest & { target: Target; recorder: Recorder }>;
}

/** A PostgreSQL server of its own, with fsync as it comes, and any number of servers on it; all end with the test. */
export async function createPostgresScene({ users }: { users: number }): Promise<PostgresScene> {
  const scene = createScene({ users });
  const postgres = await startPostgres({ fsync: true });
  onTestFinished(() => postgres.remove());
  return {
    ...scene,
    postgres,
    async startServer() {
      const server = await startServerUnderTest(scene.flags, { NEXUS_SYNC_DATABASE: postgres.url });
      const target = { url: server.url, authorization: scene.authorization };
      return { ...server, target, recorder: createRecorder(target) };
    },
  };
}

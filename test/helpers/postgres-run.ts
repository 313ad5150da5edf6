import { once } from "node:events";
import { createServer } from "node:http";
import { type PostgresServer, startPostgres } from "../../scripts/shared/postgres-server.ts";

/** Where the tests' processes ask for the run's PostgreSQL server; set once, before they start. */
export const ASK = "NEXUS_SYNC_RUN_POSTGRES";

/** Vitest's global setup: one PostgreSQL server a run, started when a test first asks for it, and gone with the run. */
export async function setup(): Promise<() => Promise<void>> {
  let postgres: Promise<PostgresServer> | undefined;
  const door = createServer(async (_, response) => {
    postgres ??= startPostgres({ fsync: false });
    try {
      response.end((await postgres).url);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const address = door.address();
  if (address !== null && typeof address === "object") process.env[ASK] = `http://127.0.0.1:${address.port}`;
  return async () => {
    door.close();
    await postgres?.then(({ remove }) => remove()).catch(() => {});
  };
}

import { once } from "node:events";
import { createServer } from "node:http";
import { type PostgresServer, startPostgres } from "../../scripts/shared/postgres-server.ts";

/** Variable with the address from which test processes get the URL of the run's PostgreSQL server. */
export const URL_VARIABLE = "NEXUS_SYNC_RUN_POSTGRES";

/** Global setup of Vitest: one PostgreSQL server per run, started on first use and removed at the end. */
export async function setup(): Promise<() => Promise<void>> {
  let postgres: Promise<PostgresServer> | undefined;
  const server = createServer(async (_, response) => {
    postgres ??= startPostgres({ fsync: false });
    try {
      response.end((await postgres).url);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address !== null && typeof address === "object") process.env[URL_VARIABLE] = `http://127.0.0.1:${address.port}`;
  return async () => {
    server.close();
    await postgres?.then(({ remove }) => remove()).catch(() => {});
  };
}

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startPostgres } from "../../scripts/shared/postgres-server.ts";
import type { Program } from "../../scripts/shared/program.ts";
import { MAIN, readyFrom } from "../../scripts/shared/server-process.ts";
import { hashSecret } from "../../server/auth/credentials.ts";
import { startTestProgram } from "../helpers/program.ts";
import { acme, CONNECTION, identity } from "../helpers/stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { readPostgres, readSqlite } from "./database-read.ts";
import { createRecorder } from "./recorder.ts";

export interface ServerUnderTest extends Program {
  url: string;
  /** The status of a health endpoint; 0 without a response. */
  page(path: "/livez" | "/readyz"): Promise<number>;
}

export type SqliteScene = ReturnType<typeof createSqliteScene>;

/** A SQLite file in `folder`, and one server on it at a time, which can be started repeatedly. */
export function createSqliteScene({ users, folder = temporaryFolder() }: { users: number; folder?: string }) {
  const { userIds, authorization, flags, directory } = createDirectory(users);
  const database = join(folder, "nexus.sqlite");
  const target = { url: "", authorization };
  return {
    ...{ userIds, database, target, recorder: createRecorder(target), read: () => readSqlite(database) },
    async startServer() {
      const server = await startServerProcess([...flags, ...directory, "--database", database]);
      target.url = server.url;
      return server;
    },
  };
}

/** A PostgreSQL server with fsync, and any number of servers on it; all end with the test. */
export async function createPostgresScene({ users }: { users: number }) {
  const { userIds, authorization, flags, directory } = createDirectory(users);
  const postgres = await startPostgres({ fsync: true });
  onTestFinished(() => postgres.remove());
  return {
    ...{ userIds, postgres, read: () => readPostgres(postgres.url) },
    /** On any free port unless one is given. A server that loads nothing is ready as soon as its port is open. */
    async startServer({ port = 0, loads = true } = {}) {
      const all = ["--port", String(port), ...flags, ...(loads ? directory : [])];
      const server = await startServerProcess(all, { NEXUS_SYNC_DATABASE: postgres.url });
      const target = { url: server.url, authorization };
      return { ...server, target, recorder: createRecorder(target) };
    },
  };
}

/** Files with this many users and one API key, as flags of a server. */
function createDirectory(users: number) {
  const folder = temporaryFolder();
  const [directory, credentials] = [join(folder, "directory.json"), join(folder, "credentials.json")];
  const userIds = Array.from({ length: users }, (_, index) => `u-${index}`);
  const entries = userIds.map((id, index) => ({ id, identities: [identity(CONNECTION, [], index + 1)] }));
  writeFileSync(directory, JSON.stringify(acme({ users: entries })));
  const secret = randomBytes(32).toString("base64url");
  const key = { id: "key-faults", name: "Faults", sha256: hashSecret(secret), permissions: ["user.write"] };
  writeFileSync(credentials, JSON.stringify({ apiKeys: [key], applicationTokens: [] }));
  const authorization = `Basic ${btoa(`${key.id}:${secret}`)}`;
  return { userIds, authorization, flags: ["--credentials", credentials], directory: ["--directory", directory] };
}

async function startServerProcess(
  flags: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<ServerUnderTest> {
  const command = [process.execPath, MAIN, "--mode", "service", "--port", "0", "--log-level", "warn", ...flags];
  const program = startTestProgram(command, { env: { ...process.env, ...environment } });
  const { url } = await readyFrom(program);
  return { ...program, url, page: (path) => statusOf(url + path) };
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status ?? 0;
}

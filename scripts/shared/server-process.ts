import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Ready } from "../../server/ready.ts";
import { putBytes } from "./connection.ts";
import { type Program, startProgram } from "./program.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

/** The server's entry point. */
export const MAIN = fileURLToPath(new URL("../../server/main.ts", import.meta.url));

/** Fixes the demo credentials of a stub that is a child process: Basic, and the application token. */
export const DEMO_SECRET = "demo-secret-of-a-child-process";
export const DEMO_PAIR = `demo-key:${DEMO_SECRET}`;

const READY = /^\{"event":"ready".*\}$/m;

/** Waits until a server that is a child process is ready, and returns the facts that it prints. */
export async function readyFrom({ printed }: Pick<Program, "printed">): Promise<Ready> {
  const [line = ""] = READY.exec(await printed(READY)) ?? [];
  return JSON.parse(line);
}

export interface ServerProcess {
  url: string;
  /** The value of Authorization for the demo API key. */
  authorization: string;
  child: ChildProcess;
  /** Sends SIGTERM and resolves with the exit code. */
  end(): Promise<number | null>;
}

/** Starts the server in stub mode as a child process, on a free port and a temporary SQLite file. */
export function startServerProcess(...flags: string[]): Promise<ServerProcess> {
  return startServerUnder([], flags);
}

/** The same server under another program, such as strace, that keeps the server's process id. */
export async function startServerUnder(program: readonly string[], flags: readonly string[]): Promise<ServerProcess> {
  const folder = makeTemporaryFolder();
  const database = join(folder.path, "directory.db");
  const server = [process.execPath, MAIN, "--port", "0", "--database", database, ...flags];
  const env = { ...process.env, NEXUS_SYNC_DEMO_SECRET: DEMO_SECRET };
  const { child, ended, printed, end } = startProgram([...program, ...server], { env });
  ended.catch(() => {}).finally(folder.remove);
  const { url } = await readyFrom({ printed });
  return {
    url,
    authorization: `Basic ${Buffer.from(DEMO_PAIR).toString("base64")}`,
    child,
    end: async () => (await end()).code,
  };
}

/** A sign-in, by default of the demo user u-ada, as the bytes of one request. Each new `value` changes the stored user. */
export function signInBytes(
  { url, authorization, userId = "u-ada" }: Pick<ServerProcess, "url" | "authorization"> & { userId?: string },
  value: number,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const body = JSON.stringify({
    audience: "https://api.acme.example",
    attributes: [{ key: "turn", value: String(value) }],
    connection: { connectionId: "con_acme-ad", groups: ["engineers"] },
  });
  return putBytes(`${url}/v1/users/${userId}/$sync`, { Authorization: authorization, ...headers }, body);
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endPostgres, initialise, killWithChildren, PASSWORD, runPostgres } from "./postgres-process.ts";
import { freePort, type Program } from "./program.ts";

export interface PostgresServer {
  /** With user and password; the database is `postgres`. */
  url: string;
  /** The data folder; it stays when the server is stopped or killed. */
  folder: string;
  port: number;
  /** Resolves when connections are accepted. */
  start(): Promise<void>;
  /** `fast` (default) ends all connections and writes everything; `immediate` ends as a crash does. */
  stop(mode?: keyof typeof SIGNALS): Promise<void>;
  /** Sends SIGKILL to the postmaster and all its children. */
  kill(): Promise<void>;
  /** Ends the server and removes its folder. The end of this process does the same, even a SIGKILL. */
  remove(): Promise<void>;
}

const SIGNALS = { fast: "SIGINT", immediate: "SIGQUIT" } as const;
/** After a crash, the old shared memory and the port can be in use for a moment. */
const START_ATTEMPTS = 40;

/**
 * Starts a PostgreSQL server on a free port of 127.0.0.1, with its data in a temporary folder. `fsync: false` is faster;
 * the data then survive an end of the server, but not a crash of the machine.
 */
export async function startPostgres({ fsync }: { fsync: boolean }): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-postgres-"));
  // The server may run as another user.
  chmodSync(folder, 0o777);
  const data = join(folder, "data");
  const remove = removeAtEnd(folder);
  try {
    await initialise(folder, data);
    const { port, program } = await retried(async () => {
      const port = await freePort();
      return { port, program: await runPostgres(data, port, fsync) };
    });
    const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
    const control = controlOf(program, () => retried(() => runPostgres(data, port, fsync)));
    return { url, folder: data, port, ...control, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function controlOf(first: Program, runAgain: () => Promise<Program>) {
  let program: Program | undefined = first;
  return {
    async start() {
      program ??= await runAgain();
    },
    async stop(mode: keyof typeof SIGNALS = "fast") {
      if (program) await endPostgres(program, SIGNALS[mode]);
      program = undefined;
    },
    async kill() {
      if (program) await killWithChildren(program);
      program = undefined;
    },
  };
}

async function retried<T>(work: () => Promise<T>, attempt = 1): Promise<T> {
  return work().catch((error: unknown) => {
    if (attempt === START_ATTEMPTS) throw error;
    return retried(work, attempt + 1);
  });
}

/** Ends the server of the folder, unless its process id now belongs to another program, and removes the folder. */
const CLEAN_UP = `
  cat
  pid=$(head -n 1 "$1/data/postmaster.pid")
  case $(ps -o args= -p "$pid") in *"$1"*) kill -QUIT "$pid" ;; esac
  for attempt in $(seq 60); do kill -0 "$pid" && sleep 0.05; done
  rm -rf "$1"`;

/** Starts a shell that outlives this process and cleans up when its input closes. */
function removeAtEnd(folder: string): () => Promise<void> {
  const shell = spawn("sh", ["-c", CLEAN_UP, "sh", folder], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  shell.unref();
  const ended = once(shell, "exit");
  return async () => {
    shell.ref();
    shell.stdin.end();
    await ended;
  };
}

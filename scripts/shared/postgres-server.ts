import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { end, ended, freePort, initialise, killWithChildren, PASSWORD, run } from "./postgres-process.ts";

export interface PostgresServer {
  /** With user and password; the database is `postgres`. */
  url: string;
  /** Where the data lie; they stay when the server is stopped or killed. */
  folder: string;
  port: number;
  /** Answers once connections are accepted. */
  start(): Promise<void>;
  /** `fast` ends all connections and writes everything; `immediate` is a crash of the server's own making. */
  stop(mode?: keyof typeof SIGNALS): Promise<void>;
  restart(mode: keyof typeof SIGNALS): Promise<void>;
  /** SIGKILL to the postmaster and all its children. */
  kill(): Promise<void>;
  /** Ends it for good and removes its folder. The end of this process does the same, whatever its cause. */
  remove(): Promise<void>;
}

const SIGNALS = { fast: "SIGINT", immediate: "SIGQUIT" } as const;
/** After a crash the old server's memory may still be in use for a moment, and a port may be taken meanwhile. */
const STARTS = 40;

/**
 * Starts a PostgreSQL server on a free port of 127.0.0.1, with its data in a temporary folder. `fsync: false` is faster;
 * its data survive an end of the server, but no crash of the machine.
 */
export async function startPostgres({ fsync }: { fsync: boolean }): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-postgres-"));
  // It may be another user's process that writes here.
  chmodSync(folder, 0o777);
  const data = join(folder, "data");
  const watcher = watchOver(folder);
  try {
    await initialise(folder, data);
    const first = await repeatedly(async () => {
      const port = await freePort();
      return { port, child: await run({ data, port, fsync }) };
    });
    const { port } = first;
    const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
    const control = controlOf(first.child, () => repeatedly(() => run({ data, port, fsync })));
    return { url, folder: data, port, ...control, remove: watcher.end };
  } catch (error) {
    await watcher.end();
    throw error;
  }
}

function controlOf(first: ChildProcess, runAgain: () => Promise<ChildProcess>) {
  let child: ChildProcess | undefined = first;
  const start = async () => {
    child ??= await runAgain();
  };
  const stop = async (mode: keyof typeof SIGNALS = "fast") => {
    if (child) await end(child, SIGNALS[mode]);
    child = undefined;
  };
  return {
    start,
    stop,
    async restart(mode: keyof typeof SIGNALS) {
      await stop(mode);
      await start();
    },
    async kill() {
      if (child) await killWithChildren(child);
      child = undefined;
    },
  };
}

async function repeatedly<T>(work: () => Promise<T>, attempt = 1): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (attempt === STARTS) throw error;
    return repeatedly(work, attempt + 1);
  }
}

/** Ends the server in the folder, if it is still that server, and removes the folder. */
const FAREWELL = `
  cat
  pid=$(head -n 1 "$1/data/postmaster.pid")
  case $(ps -o args= -p "$pid") in *"$1"*) kill -QUIT "$pid" ;; esac
  for turn in $(seq 60); do kill -0 "$pid" && sleep 0.05; done
  rm -rf "$1"`;

/** A process that outlives this one, however it ends, and cleans up after it. */
function watchOver(folder: string) {
  const watcher = spawn("sh", ["-c", FAREWELL, "sh", folder], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  watcher.unref();
  return {
    end(): Promise<void> {
      watcher.stdin.end();
      return ended(watcher);
    },
  };
}

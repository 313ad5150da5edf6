import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { openConnection } from "./load/connection.ts";
import { startServerUnder } from "./load/server-process.ts";
import { signInBytes } from "./load/sign-in-bytes.ts";
import { judge } from "./trace/judge.ts";

const CALLS = "fsync,fdatasync,sync_file_range,write,writev,sendto,sendmsg,pwrite64,pwritev";
/** -D: the server stays the process that was started; -yy: which file or connection a call is for; -s: whole pages. */
const STRACE = ["-f", "-D", "-yy", "-s", "6000", "-e", `trace=${CALLS}`, "-e", "signal=none"];
const END_MS = 5_000;

/**
 * Runs the server under strace, sends one sync that changes a user, and shows that the system had written and synced the
 * change before the first byte of the answer. Exit codes: 0 shown, 1 not, 2 strace is missing or may not trace here.
 */
export async function run(print: (line: string) => void): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-trace-"));
  try {
    if (spawnSync("strace", ["-o", join(folder, "probe"), "true"]).status !== 0) {
      print("strace is missing, or may not trace here: nothing was shown. It is a package of every Linux.");
      return 2;
    }
    const { trace, token, requestId } = await traceOneSync(join(folder, "trace"));
    const { steps, verdict, isShown } = judge(trace, { token, requestId });
    for (const line of [...steps, verdict]) print(line);
    return isShown ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function traceOneSync(file: string): Promise<{ trace: string; token: string; requestId: string }> {
  const server = await startServerUnder(["strace", ...STRACE, "-o", file], ["--log-level", "silent"]);
  const [token, requestId] = [String(Date.now()), `trace-${Date.now()}`];
  const { socket, send } = openConnection(server.url);
  try {
    const { status } = await send(signInBytes(server, Number(token), [`X-Request-Id: ${requestId}`]));
    if (status !== 200) throw new Error(`The sync was answered with ${status}.`);
  } finally {
    socket.destroy();
    await server.end();
  }
  return { trace: await wholeTrace(file), token, requestId };
}

/** strace writes on for a moment when the server is over. */
async function wholeTrace(file: string): Promise<string> {
  const until = performance.now() + END_MS;
  for (;;) {
    const trace = readFileSync(file, "utf8");
    if (/\+\+\+ exited with \d+ \+\+\+\n$/.test(trace) || performance.now() > until) return trace;
    await setTimeout(50);
  }
}

if (import.meta.main) process.exitCode = await run(console.log);

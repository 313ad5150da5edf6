import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openConnection } from "../../../../scripts/shared/connection.ts";
import { until } from "../../../../scripts/shared/program.ts";
import { signInBytes, startServerUnder } from "../../../../scripts/shared/server-process.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

const CALLS = "fsync,fdatasync,write,writev,sendto,sendmsg,pwrite64,pwritev";
/** -D: the server keeps its process id; -yy: shows the file or connection of each call; -s: shows whole pages. */
const STRACE = ["strace", "-f", "-D", "-yy", "-s", "6000", "-e", `trace=${CALLS}`, "-e", "signal=none"];
const SYNCED = "synced before the response";
const NOT_SYNCED = "not synced before the response";

/** Only this test detects `synchronous=OFF`: the system keeps the writes of a killed process, synced or not. */
test("a change is synced to disk before its response begins", { timeout: 60_000 }, async (context) => {
  const file = join(temporaryFolder(), "trace");
  context.skip(spawnSync("strace", ["-o", file, "true"]).status !== 0, "strace is missing, or is not permitted here.");
  const server = await startServerUnder([...STRACE, "-o", file], ["--log-level", "silent"]);
  const token = Date.now();
  const { socket, send } = openConnection(server.url);
  expect((await send(signInBytes(server, token, { "X-Request-Id": `trace-${token}` }))).status).toBe(200);
  socket.destroy();
  await server.end();
  // strace still writes for a moment after the server has ended.
  await until(() => /\+\+\+ exited with \d+ \+\+\+\n$/.test(readFileSync(file, "utf8")), 5_000);
  expect(verdict(readFileSync(file, "utf8"), String(token), `trace-${token}`)).toBe(SYNCED);
});

/** Compares the order of the write to the write-ahead log, its sync, and the response. */
function verdict(trace: string, token: string, requestId: string): string {
  const events = callEvents(trace);
  const response = events.findIndex(({ isEnd, text }) => {
    return !isEnd && /^(writev?|send\w*)\(/.test(text) && text.includes(requestId);
  });
  if (response < 0) return "no response in the trace";
  const ended = events.slice(0, response).filter(({ isEnd }) => isEnd);
  const isWrite = (text: string) => /^pwrite\w*\(\d+<[^>]*-wal>/.test(text);
  if (!ended.some(({ text }) => isWrite(text) && text.includes(token))) return "not written before the response";
  const lastSync = ended.findLastIndex(({ text }) => /^(fsync|fdatasync)\(\d+<[^>]*-wal>\) += 0/.test(text));
  return lastSync > ended.findLastIndex(({ text }) => isWrite(text)) ? SYNCED : NOT_SYNCED;
}

/** The beginning and the end of each system call. `strace -f` splits a call if another thread's call comes between. */
function callEvents(trace: string): { isEnd: boolean; text: string }[] {
  const unfinished = new Map<string, string>();
  return trace.split("\n").flatMap((line) => {
    const [, thread = "", text = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const [, begun] = /^(.*?) *<unfinished \.\.\.>$/.exec(text) ?? [];
    if (begun !== undefined) {
      unfinished.set(thread, begun);
      return [{ isEnd: false, text: begun }];
    }
    const [, rest] = /^<\.\.\. \w+ resumed>(.*)$/.exec(text) ?? [];
    if (rest !== undefined) return [{ isEnd: true, text: `${unfinished.get(thread)}${rest}` }];
    return [false, true].map((isEnd) => ({ isEnd, text }));
  });
}

const WRITE = '7 pwrite64(24</tmp/x/directory.db-wal>, "…turn 17…", 4096, 32) = 4096';
const SYNC = "7 fdatasync(24</tmp/x/directory.db-wal>) = 0";
const SEND = '7 writev(27<TCP:[1->2]>, [{iov_base="HTTP/1.1 200 OK\\r\\nX-Request-Id: trace-17"}], 1) = 30';
const SYNC_BEGIN = SYNC.replace(") = 0", " <unfinished ...>");
const SYNC_END = "7 <... fdatasync resumed>) = 0";

test.for([
  ["in order", [WRITE, SYNC, SEND], SYNCED],
  ["without a sync", [WRITE, SEND], NOT_SYNCED],
  ["with a late sync", [WRITE, SEND, SYNC], NOT_SYNCED],
  ["with an early sync", [SYNC, WRITE, SEND], NOT_SYNCED],
  ["with a write after the sync", [WRITE, SYNC, WRITE.replace("turn 17", "the rest"), SEND], NOT_SYNCED],
  ["with a failed sync", [WRITE, SYNC.replace("= 0", "= -1 EIO"), SEND], NOT_SYNCED],
  ["with a sync that ends late", [WRITE, SYNC_BEGIN, SEND.replace("7", "8"), SYNC_END], NOT_SYNCED],
  ["with a sync that is split by another call", [WRITE, SYNC_BEGIN, SYNC_END, SEND], SYNCED],
  ["with a sync of another file", [WRITE, SYNC.replace("-wal", ""), SEND], NOT_SYNCED],
  ["without the write", [SYNC, SEND], "not written before the response"],
  ["without the response", [WRITE, SYNC], "no response in the trace"],
] as const)("a trace %s is recognised", ([, lines, expected]) => {
  expect(verdict(lines.join("\n"), "turn 17", "trace-17")).toBe(expected);
});

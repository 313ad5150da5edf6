import { expect, test } from "vitest";
import { judge } from "../../scripts/trace/judge.ts";
import { run } from "../../scripts/trace-commit.ts";

const WROTE = '7 pwrite64(24</tmp/x/directory.db-wal>, "…turn 17…", 4096, 32) = 4096';
const SYNCED = "7 fdatasync(24</tmp/x/directory.db-wal>) = 0";
const ANSWERED =
  '7 writev(27<TCP:[127.0.0.1:1->127.0.0.1:2]>, [{iov_base="HTTP/1.1 200 OK\\r\\nX-Request-Id: trace-17"}], 1) = 30';
const SHOWN = "shown: the change was written and synced before its answer began";
const UNSYNCED = "NOT SHOWN the change was written, but not synced before its answer";
const sync = { token: "turn 17", requestId: "trace-17" };

const verdictOf = (...lines: string[]) => judge(lines.join("\n"), sync).verdict;

/**
 * The only test that sees `synchronous=OFF`: after a kill -9 the system still has what was written, synced or not, so
 * that nothing short of a power cut could tell the two apart.
 */
test("the system has synced a change before its answer begins", { timeout: 60_000 }, async (context) => {
  const lines: string[] = [];
  const code = await run((line) => lines.push(line));
  context.skip(code === 2, lines[0]);

  expect(lines.at(-1)).toBe(SHOWN);
  const words = lines.slice(0, -1).map((line) => line.split(" ", 1)[0]);
  expect([words.at(-2), words.at(-1), code]).toEqual(["synced", "answered", 0]);
});

test.for([
  ["in order", [WROTE, SYNCED, ANSWERED], SHOWN],
  ["never synced", [WROTE, ANSWERED], UNSYNCED],
  ["synced too late", [WROTE, ANSWERED, SYNCED], UNSYNCED],
  ["synced too early", [SYNCED, WROTE, ANSWERED], UNSYNCED],
  ["synced before its last page was written", [WROTE, SYNCED, WROTE.replace("turn 17", "its end"), ANSWERED], UNSYNCED],
  ["synced in vain", [WROTE, SYNCED.replace("= 0", "= -1 EIO"), ANSWERED], UNSYNCED],
  [
    "the sync still going on when the answer begins",
    [WROTE, SYNCED.replace(") = 0", " <unfinished ...>"), ANSWERED.replace("7", "8"), "7 <... fdatasync resumed>) = 0"],
    UNSYNCED,
  ],
  [
    "the sync interrupted by another thread's, and over in time",
    [WROTE, SYNCED.replace(") = 0", " <unfinished ...>"), "7 <... fdatasync resumed>) = 0", ANSWERED],
    SHOWN,
  ],
  ["another file synced", [WROTE, SYNCED.replace("-wal", ""), ANSWERED], UNSYNCED],
  ["not written", [SYNCED, ANSWERED], "NOT SHOWN the change was not written before its answer"],
  ["not answered", [WROTE, SYNCED], "NOT SHOWN the answer is not in the trace"],
] as const)("a trace where it is %s", ([, lines, verdict]) => {
  expect(verdictOf(...lines)).toBe(verdict);
});

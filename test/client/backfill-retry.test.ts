import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BASIC, backfill, line, temporaryPaths } from "./backfill-call.ts";
import { JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";

const ITEMS = ["u-0", "u-1", "u-2", "u-3", "u-4"];

/** An input with a blank line before each item, so that `u-n` is on line 2n + 2, and a server that rejects some users. */
async function startRejecting(...rejected: string[]) {
  const users = new Set(rejected);
  const { url, seen } = await startFaultServer((request, response) => {
    const isRejected = users.has(String(userIn(request.url)));
    respond(isRejected ? 404 : 200, JSON_TYPE, isRejected ? '{"title":"Not Found"}' : "{}")(request, response);
  });
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), ITEMS.map((id) => `\n${line(id)}\n`).join(""));
  const call = [path("in.ndjson"), "--url", url];
  const retry = (list: string, ...more: string[]) => backfill([...call, "--retry-failed", path(list), ...more], BASIC);
  const sent = () => seen.splice(0).map(({ url: sentTo }) => userIn(sentTo));
  return { path, call, retry, sent, users };
}

const userIn = (url: string | undefined) => /u-[^/]*/.exec(String(url))?.[0];

const listed = (file: string) => {
  const entries = readFileSync(file, "utf8").trim().split("\n");
  return entries.map((entry) => JSON.parse(entry)).map(({ line: number, userId }) => [number, userId]);
};

test("--retry-failed syncs only the listed lines, and lists those that fail again next to the list", async () => {
  const { path, call, retry, sent, users } = await startRejecting("u-1", "u-3");
  expect((await backfill(call, BASIC)).code).toBe(1);
  expect(sent().toSorted()).toEqual(ITEMS);
  users.delete("u-1");
  const list = readFileSync(path("in.ndjson.failed.ndjson"), "utf8");
  const { code, output } = await retry("in.ndjson.failed.ndjson");
  expect(output).toMatch(/^1 synced, 1 failed, .*failed lines: .*in\.ndjson\.failed\.ndjson\.failed\.ndjson\n/);
  expect(code).toBe(1);
  expect(sent().toSorted()).toEqual(["u-1", "u-3"]);
  expect(readFileSync(path("in.ndjson.failed.ndjson"), "utf8")).toBe(list);
  expect(listed(path("in.ndjson.failed.ndjson.failed.ndjson"))).toEqual([[8, "u-3"]]);

  users.delete("u-3");
  expect(await retry("in.ndjson.failed.ndjson.failed.ndjson")).toMatchObject({ code: 0 });
  expect(sent()).toEqual(["u-3"]);
});

test("a line that is listed several times is sent once, and --failed names the new list", async () => {
  const { path, retry, sent } = await startRejecting("u-2");
  writeFileSync(path("list"), '\n{"line":6,"userId":"u-2"}\n{"line":2}\n{"line":6,"userId":"u-2","error":{}}\n');
  expect(await retry("list", "--failed", path("again"))).toMatchObject({ code: 1 });
  expect(sent().toSorted()).toEqual(["u-0", "u-2"]);
  expect(listed(path("again"))).toEqual([[6, "u-2"]]);
});

test("a line that was invalid can be corrected in the input and retried", async () => {
  const { path, call, retry, sent } = await startRejecting();
  writeFileSync(path("in.ndjson"), `no JSON\n${line("u-1")}\n{"userId":"u-2"}\n`);
  expect((await backfill(call, BASIC)).output).toMatch(/^1 synced, 2 failed/);
  sent();
  writeFileSync(path("in.ndjson"), `${line("u-0")}\n${line("u-1")}\n${line("u-2")}\n`);
  expect(await retry("in.ndjson.failed.ndjson")).toMatchObject({ code: 0 });
  expect(sent().toSorted()).toEqual(["u-0", "u-2"]);
});

test("an empty list sends nothing, and the exit code is 0", async () => {
  const { path, retry, sent } = await startRejecting();
  writeFileSync(path("list"), "");
  expect(await retry("list")).toMatchObject({ code: 0, output: expect.stringMatching(/^0 synced, 0 failed/) });
  expect(sent()).toEqual([]);
});

test.for([
  ["of another user", '{"line":4,"userId":"u-9"}', 4],
  ["that is blank", '{"line":3}', 3],
  ["beyond the end", '{"line":11,"userId":"u-5"}', 11],
] as const)("a listed line %s ends the command with exit code 2 before anything is sent", async ([, entry, number]) => {
  const { path, retry, sent } = await startRejecting();
  writeFileSync(path("list"), `{"line":2,"userId":"u-0"}\n${entry}\n`);
  expect(await retry("list")).toEqual({
    ...{ code: 2, shown: "" },
    output: `Line ${number} of ${path("in.ndjson")} is not the line that failed: the file has changed, or the list is of another file.`,
  });
  expect([sent(), existsSync(path("list.failed.ndjson"))]).toEqual([[], false]);
});

test.for(["no JSON", '{"line":0}', '{"line":"4"}', '{"line":1.5}', line("u-0"), '{"line":4', "[4]"])(
  "a list with the line %s ends the command with exit code 2",
  async (entry) => {
    const { path, retry, sent } = await startRejecting();
    writeFileSync(path("list"), `{"line":2,"userId":"u-0"}\n${entry}\n`);
    expect(await retry("list")).toEqual({
      ...{ code: 2, shown: "" },
      output: `Line 2 of ${path("list")} is not a failed line: --retry-failed takes a list from --failed.`,
    });
    expect(sent()).toEqual([]);
  },
);

test.for<[string[], string]>([
  [["--checkpoint", "x"], "--retry-failed can't be used with --checkpoint: leave one out."],
  [["--failed", "./list"], "--retry-failed and --failed must be different files."],
  [[], "list can't be read: ENOENT."],
])("with %j, --retry-failed ends the command with exit code 2 and the line: %s", async ([args, message]) => {
  const { path } = await startRejecting();
  const call = [path("in.ndjson"), "--url", NOWHERE, "--retry-failed", "list", ...args];
  expect(await backfill(call, BASIC)).toEqual({ code: 2, output: message, shown: "" });
});

import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { canMountSmallDisk, mountSmallDisk } from "../faults/small-disk.ts";
import { BASIC, backfill, line, lines, startBackfill, temporaryPaths } from "./backfill-call.ts";
import { JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";

/** More lines than are read ahead. */
const longLines = (count: number) =>
  Array.from({ length: count }, (_, number) => `${line(`u-${number}`, "x".repeat(2_000))}\n`).join("");

test.for<[form: string, bytes: Buffer, words: string]>([
  ["compressed with gzip", gzipSync(lines(3)), "is compressed with gzip: decompress it first."],
  ["a ZIP archive", Buffer.from(`PK\u0003\u0004${lines(3)}`), "is a ZIP archive: extract the lines first."],
  ["UTF-16", Buffer.from(`\uFEFF${lines(3)}`, "utf16le"), "is UTF-16: convert it to UTF-8 first."],
  [
    "a JSON array",
    Buffer.from(`\n [${line("u-0")}]`),
    "is a JSON array: write one object per line, as jq -c '.[]' does.",
  ],
])("an input that is %s ends the command with exit code 2, and nothing is sent", async ([, bytes, words]) => {
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), bytes);
  const ended = await backfill([path("in.ndjson"), "--url", NOWHERE], BASIC);
  expect(ended).toEqual({ code: 2, output: `${path("in.ndjson")} ${words}`, shown: "" });
});

test("a pipe ends the command with exit code 2, also one without a writer", async () => {
  const path = temporaryPaths();
  execFileSync("mkfifo", [path("pipe")]);
  const { code, output } = await startBackfill([path("pipe"), "--url", NOWHERE], BASIC).ended;
  expect(output).toBe(`${path("pipe")} is not a regular file: it is read twice, so save the lines in one.\n`);
  expect(code).toBe(2);
});

test("an interrupt while the lines are counted ends the command with exit code 130", async () => {
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), "");
  // Without content, so that it uses no disk; it takes minutes to read.
  truncateSync(path("in.ndjson"), 1_000_000_000_000);
  const signal = AbortSignal.timeout(100);
  const { code, output } = await backfill([path("in.ndjson"), "--url", NOWHERE], BASIC, { signal });
  expect(output).toMatch(/^0 synced, 0 failed, .*\nInterrupted\. The same command starts over, which is safe\.$/);
  expect(code).toBe(130);
});

test("lines that are appended during the backfill are not read, so that its counts add up", async () => {
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), longLines(150));
  const { url, seen } = await startFaultServer((request, response) => {
    appendFileSync(path("in.ndjson"), `${line("u-late")}\n`);
    respond()(request, response);
  });
  expect(await backfill([path("in.ndjson"), "--url", url], BASIC)).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^150 synced, 0 failed/),
  });
  expect(seen).toHaveLength(150);
});

test("an input that gets shorter during the backfill ends it with exit code 2", async () => {
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), longLines(150));
  const { url } = await startFaultServer((request, response) => {
    truncateSync(path("in.ndjson"), 10);
    respond()(request, response);
  });
  const { code, output } = await backfill([path("in.ndjson"), "--url", url], BASIC);
  expect(output).toMatch(/^.*in\.ndjson has changed during the backfill: it had 150 items, and now has \d+\./);
  expect(code).toBe(2);
});

test("a checkpoint of another server is refused, and one of the same server or of an earlier version is accepted", async () => {
  const [staging, production] = [await startFaultServer(respond()), await startFaultServer(respond())];
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(4));
  const call = (url: string) => backfill([path("in.ndjson"), "--url", url, "--checkpoint", path("at.json")], BASIC);
  expect((await call(staging.url)).code).toBe(0);
  expect((await call(`${staging.url}/`)).output).toContain("Earlier runs: 4 done");
  const { code, output } = await call(production.url);
  const words = `belongs to the server ${staging.url}. Use another path, or remove it to start over.`;
  expect([code, output]).toEqual([2, `The checkpoint ${path("at.json")} ${words}`]);
  expect(production.seen).toEqual([]);
  const { url: _, ...earlier } = JSON.parse(readFileSync(path("at.json"), "utf8"));
  writeFileSync(path("at.json"), JSON.stringify(earlier));
  expect((await call(production.url)).output).toContain("Earlier runs: 4 done");
});

test.for([
  [
    { next: 5 },
    /^The checkpoint .*at\.json counts 5 finished items, but .*in\.ndjson has 4\. Remove it to start over\.$/,
  ],
  [{ next: 2, failed: 3 }, /at\.json is not a checkpoint\.$/],
  [{ next: -1 }, /at\.json is not a checkpoint\.$/],
] as const)("a checkpoint with %j of a file of 4 items is refused, and nothing is sent", async ([changes, message]) => {
  const { url, seen } = await startFaultServer(respond());
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(4));
  const call = [path("in.ndjson"), "--url", url, "--checkpoint", path("at.json")];
  await backfill(call, BASIC);
  const before = seen.length;
  writeFileSync(path("at.json"), JSON.stringify({ ...JSON.parse(readFileSync(path("at.json"), "utf8")), ...changes }));
  const { code, output } = await backfill(call, BASIC);
  expect(output).toMatch(message);
  expect([code, seen.length - before]).toEqual([2, 0]);
});

test("an interrupt while the lines are counted is one with a checkpoint too", async () => {
  const { url } = await startFaultServer(respond());
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(4));
  const call = [path("in.ndjson"), "--url", url, "--checkpoint", path("at.json")];
  await backfill(call, BASIC);
  const { code, output } = await backfill(call, BASIC, { signal: AbortSignal.abort() });
  expect([code, output]).toEqual([
    130,
    expect.stringMatching(/Interrupted\. The same command resumes from .*at\.json\.$/),
  ]);
});

test.for([
  ["--failed", "in.ndjson", "--failed and the input"],
  ["--checkpoint", "./in.ndjson", "--checkpoint and the input"],
  ["--checkpoint", "in.ndjson.failed.ndjson", "--checkpoint and --failed"],
  ["--retry-failed", "in.ndjson", "--retry-failed and the input"],
] as const)(
  "%s %s ends the command with exit code 2, because each file has one purpose",
  async ([flag, name, files]) => {
    const ended = await backfill(["in.ndjson", "--url", NOWHERE, flag, name], BASIC);
    expect(ended).toEqual({ code: 2, output: `${files} must be different files.`, shown: "" });
  },
);

test("after a full disk the list of failed lines has whole lines only", async ({ skip }) => {
  skip(!canMountSmallDisk(), "No tmpfs can be mounted here.");
  const { url } = await startFaultServer(respond(404, JSON_TYPE, '{"title":"Not Found"}'));
  const disk = mountSmallDisk(1);
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(100));
  const list = `${disk.folder}/bad.ndjson`;
  writeFileSync(list, `${JSON.stringify({ line: 1, text: "x".repeat(3_900) })}\n`);
  disk.fill();
  const call = [path("in.ndjson"), "--url", url, "--failed", list, "--concurrency", "1"];
  const { code, output } = await backfill(call, BASIC);
  expect([code, output]).toEqual([2, `${list} can't be written: ENOSPC.`]);
  const text = readFileSync(list, "utf8");
  expect(text).toMatch(/\n$/);
  for (const entry of text.trimEnd().split("\n")) expect(JSON.parse(entry).line).toBeGreaterThan(0);
});

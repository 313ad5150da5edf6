import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { openCheckpoint } from "../../client/backfill/checkpoint-file.ts";
import { linesOf } from "../../client/backfill/lines.ts";
import type { Environment } from "../../client/backfill/options.ts";
import { acme, basicOf, bearerOf, CONNECTION, identity, startStubWithClient } from "../helpers/stub.ts";
import { BASIC, backfill, line, lines, nextIn, startBackfill, temporaryPaths } from "./backfill-call.ts";
import { JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";

function envOf(server: Parameters<typeof basicOf>[0]) {
  const { username, password } = basicOf(server);
  return { NEXUS_USERNAME: username, NEXUS_PASSWORD: String(password) };
}

const modeOf = (file: string) => statSync(file).mode & 0o777;

const startGoodServer = (ms = 0) =>
  startFaultServer((_, response) => void setTimeout(() => response.writeHead(200, JSON_TYPE).end("{}"), ms));

test("every line of a file is synced, and the summary has counts and rate", async () => {
  const directory = acme({
    users: [0, 1, 2].map((n) => ({ id: `u-${n}`, identities: [identity(CONNECTION, [], n)] })),
  });
  const { server } = await startStubWithClient({ directory });
  const path = temporaryPaths();
  // A byte order mark, CRLF, blank lines, U+2028 within a string, and no line end at the end of the file.
  writeFileSync(path("in.ndjson"), `\uFEFF${line("u-0")}\r\n\n${line("u-1", "a\u2028b")}\n  \n${line("u-2")}`);
  const { token, applicationToken } = bearerOf(server);
  const env = { NEXUS_TOKEN: String(token), NEXUS_APPLICATION_TOKEN: String(applicationToken) };
  const { code, output } = await backfill([path("in.ndjson"), "--url", server.url], env);
  expect(output).toMatch(/^3 synced, 0 failed, \d+\/s, \d\.\d s$/);
  expect(code).toBe(0);
  expect((await server.user("u-1"))?.attributes).toMatchObject([{ value: "a\u2028b" }]);
  expect((await server.user("u-2"))?.attributes).toMatchObject([{ value: "planted" }]);
  expect(existsSync(path("in.ndjson.failed.ndjson"))).toBe(false);
});

test("failed lines are listed with their numbers, without bodies or credentials, and the backfill continues", async () => {
  const { server } = await startStubWithClient();
  const path = temporaryPaths();
  const noBody = '{"userId": "u-7"}';
  const badText = Buffer.concat([Buffer.from('{"userId": "u-8\xff"', "latin1"), Buffer.from("}\n")]);
  const long = `${"x".repeat(1_100_000)}\n`;
  const head = `{"userId": \n\n${line("u-nobody")}\n${noBody}\n`;
  writeFileSync(
    path("in.ndjson"),
    Buffer.concat([Buffer.from(head), badText, Buffer.from(`${long}${line("u-ada")}\n`)]),
  );
  const { code, output } = await backfill([path("in.ndjson"), "--url", server.url], envOf(server));
  expect(code).toBe(1);
  expect(output).toMatch(/^1 synced, 5 failed, .* failed lines: .*in\.ndjson\.failed\.ndjson\n/);
  const file = path("in.ndjson.failed.ndjson");
  const failed = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text));
  expect(failed.toSorted((a, b) => a.line - b.line)).toMatchObject([
    { line: 1, error: { kind: "config", message: "The line is not a JSON object with a userId." } },
    { line: 3, userId: "u-nobody", error: { kind: "http", status: 404 } },
    { line: 4, userId: "u-7", error: { kind: "config", message: "The line's body is not a JSON object." } },
    { line: 5, error: { message: "The line is not UTF-8, or longer than 1 MiB." } },
    { line: 6, error: { message: "The line is not UTF-8, or longer than 1 MiB." } },
  ]);
  expect(readFileSync(file, "utf8")).not.toMatch(/planted|attributes/);
  expect(readFileSync(file, "utf8")).not.toContain(envOf(server).NEXUS_PASSWORD);
  expect(modeOf(file)).toBe(0o600);
  expect((await server.user("u-ada"))?.attributes).toMatchObject([{ value: "planted" }]);
});

test("an endless line is not buffered, and counts as one line", async () => {
  const [chunk, count] = [1_048_576, 500];
  // One buffer, sent repeatedly: memory grows only if it is copied.
  const bytes = Buffer.alloc(chunk, "x");
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const endless = (async function* () {
    for (let sent = 0; sent < count; sent += 1) {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers);
      yield bytes;
    }
    yield Buffer.from("\nlast\n");
  })();
  const found: (string | undefined)[] = [];
  for await (const text of linesOf(endless)) found.push(text);
  expect(found).toEqual([undefined, "last"]);
  expect(peak - before).toBeLessThan((chunk * count) / 2);
});

test("a finished file is not sent again, and earlier failures still count", async () => {
  const { url, seen } = await startFaultServer((request, response) =>
    response.writeHead(request.url?.includes("u-3/") ? 404 : 200, JSON_TYPE).end("{}"),
  );
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(10));
  const call = [path("in.ndjson"), "--url", url, "--checkpoint", path("at.json"), "--failed", path("bad.ndjson")];
  expect((await backfill(call, BASIC)).code).toBe(1);
  const again = await backfill(call, BASIC);
  expect(again.code).toBe(1);
  expect(again.output).toContain("Earlier runs: 10 done, 1 of them failed.");
  expect(seen.length).toBe(10);
  expect(readFileSync(path("bad.ndjson"), "utf8").trim().split("\n").length).toBe(1);
  expect(readdirSync(dirname(path("x"))).toSorted()).toEqual(["at.json", "bad.ndjson", "in.ndjson"]);
});

test.for(["SIGINT", "SIGTERM"] as const)(
  "%s ends the command with exit code 130, and the same command resumes the backfill",
  async (signal) => {
    const { url, seen } = await startGoodServer(10);
    const path = temporaryPaths();
    writeFileSync(path("in.ndjson"), lines(400));
    const call = [path("in.ndjson"), "--url", url, "--checkpoint", path("at.json")];
    const first = startBackfill(call, BASIC);
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(60);
    first.child.kill(signal);
    const { code, output } = await first.ended;
    expect(output).toMatch(/^\d+ synced, 0 failed, .*\nInterrupted\. The same command resumes from .*at\.json\.\n$/);
    expect(code).toBe(130);
    const [next, sent] = [nextIn(path("at.json")), seen.length];
    // The checkpoint is saved at the end: only requests in flight are sent again.
    expect(sent - next).toBeLessThanOrEqual(16);

    const second = await startBackfill(call, BASIC).ended;
    expect(second.code).toBe(0);
    const ids = seen.slice(sent).map(({ url: sentTo }) => Number(/u-(\d+)/.exec(String(sentTo))?.[1]));
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 400 - next }, (_, index) => next + index));
  },
);

test("a checkpoint of another file is refused, and one of a moved file is accepted", async () => {
  const { url, seen } = await startGoodServer();
  const path = temporaryPaths();
  for (const name of ["in.ndjson", "moved.ndjson"]) writeFileSync(path(name), lines(4));
  writeFileSync(path("other.ndjson"), lines(4).replace("u-0", "u-9"));
  writeFileSync(path("torn.json"), '{"input"');
  const call = (file: string, checkpoint = "at.json") =>
    backfill([path(file), "--url", url, "--checkpoint", path(checkpoint)], BASIC);
  expect((await call("in.ndjson")).code).toBe(0);
  expect((await call("moved.ndjson")).output).toContain("0 synced");
  const { code, output } = await call("other.ndjson");
  expect(output).toMatch(/^The checkpoint .*at\.json belongs to another input file\. Use another path, or remove it/);
  expect(code).toBe(2);
  expect(await call("in.ndjson", "torn.json")).toMatchObject({
    code: 2,
    output: `${path("torn.json")} is not a checkpoint.`,
  });
  expect(seen.length).toBe(4);
});

test("the checkpoint and the list of failed lines are created with mode 0600, whatever the umask", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(404, JSON_TYPE).end("{}"));
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(3));
  // Left from a killed process, and readable by all; the file it points to must not be written.
  writeFileSync(path("other"), "unchanged", { mode: 0o644 });
  symlinkSync(path("other"), path("at.json.tmp"));
  const call = [path("in.ndjson"), "--url", url, "--checkpoint", path("at.json"), "--failed", path("bad.ndjson")];
  const umask = process.umask(0);
  await backfill(call, BASIC).finally(() => process.umask(umask));
  expect(["at.json", "bad.ndjson"].map((name) => modeOf(path(name)))).toEqual([0o600, 0o600]);
  expect(readFileSync(path("other"), "utf8")).toBe("unchanged");
});

test("the modes of an existing checkpoint and list of failed lines are kept", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(404, JSON_TYPE).end("{}"));
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(3));
  const call = [path("in.ndjson"), "--url", url, "--checkpoint", path("at.json"), "--failed", path("bad.ndjson")];
  await backfill(call, BASIC);
  writeFileSync(
    path("at.json"),
    JSON.stringify({ ...JSON.parse(readFileSync(path("at.json"), "utf8")), next: 1, failed: 1 }),
  );
  chmodSync(path("at.json"), 0o664);
  chmodSync(path("bad.ndjson"), 0o660);
  await backfill(call, BASIC);
  expect(nextIn(path("at.json"))).toBe(3);
  expect(["at.json", "bad.ndjson"].map((name) => modeOf(path(name)))).toEqual([0o664, 0o660]);
});

const URL_FLAG = ["--url", NOWHERE];
const NO_CREDENTIALS =
  "No credentials: set NEXUS_TOKEN and NEXUS_APPLICATION_TOKEN, or NEXUS_USERNAME and NEXUS_PASSWORD.";

test.for<[string[], string, Environment?]>([
  [["in.ndjson", ...URL_FLAG, "--chekpoint", "x"], "Unknown option '--chekpoint'. Did you mean '--checkpoint'?"],
  [["in.ndjson", ...URL_FLAG, "--password=planted"], "Unknown option '--password'. See --help."],
  [["in.ndjson", "--url"], "Option '--url <value>' argument missing. See --help."],
  [["in.ndjson"], "--url is missing: the URL of the API, without /v1."],
  [URL_FLAG, "backfill takes one file. See --help."],
  [["in.ndjson", ...URL_FLAG, "--concurrency", "0"], "--concurrency must be a whole number from 1 to 1000."],
  [["in.ndjson", ...URL_FLAG, "--max-failures", "0"], "--max-failures must be a whole number from 1 to 1000000000."],
  [["in.ndjson", "--url", "http://acme.example"], "--url must be https, or http on loopback."],
  [["/nowhere.ndjson", ...URL_FLAG], "/nowhere.ndjson can't be read: ENOENT."],
  [["/tmp", ...URL_FLAG], "/tmp is not a regular file: it is read twice, so save the lines in one."],
  [["in.ndjson", ...URL_FLAG], NO_CREDENTIALS, {}],
  [["in.ndjson", ...URL_FLAG], "NEXUS_APPLICATION_TOKEN is required with NEXUS_TOKEN.", { NEXUS_TOKEN: "planted" }],
  [["in.ndjson", ...URL_FLAG], "NEXUS_USERNAME is required with NEXUS_PASSWORD.", { NEXUS_PASSWORD: "planted" }],
  [
    ["in.ndjson", ...URL_FLAG],
    "NEXUS_TOKEN and NEXUS_USERNAME are both set: unset one of them.",
    { ...BASIC, NEXUS_TOKEN: "planted", NEXUS_APPLICATION_TOKEN: "planted" },
  ],
])("the arguments %j end the command with exit code 2 and the line: %s", async ([args, message, env = BASIC]) => {
  expect(await backfill(args, env)).toEqual({ code: 2, output: message, shown: "" });
});

test("unprintable characters of arguments and file names are replaced in the output", async () => {
  const name = "\u001b]0;title\u0007\n\u2028\u202e\u009b";
  const shown = "\uFFFD]0;title\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD";
  expect(await backfill([`/nowhere/${name}`, ...URL_FLAG], BASIC)).toMatchObject({
    code: 2,
    output: `/nowhere/${shown} can't be read: ENOENT.`,
  });
  expect(await backfill([`--${name}`], BASIC)).toMatchObject({ output: `Unknown option '--${shown}'. See --help.` });
  const path = temporaryPaths();
  writeFileSync(path(name), "no JSON\n");
  expect((await backfill([path(name), ...URL_FLAG], BASIC)).output).toContain(`${shown}.failed.ndjson`);
});

test.for([
  ["--failed", "none/bad.ndjson", /^\S+none\/bad\.ndjson can't be written: ENOENT\.$/],
  ["--failed", ".", /^\S+ can't be written: EISDIR\.$/],
  ["--checkpoint", "none/at.json", /^The checkpoint \S+none\/at\.json can't be written: ENOENT\.$/],
  ["--checkpoint", ".", /^The checkpoint \S+ can't be read: EISDIR\.$/],
] as const)("%s %s, which can't be written, ends the command with exit code 2 before anything is sent", async (row) => {
  const [flag, name, message] = row;
  const { url, seen } = await startFaultServer(respond());
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(3));
  const { code, output } = await backfill([path("in.ndjson"), "--url", url, flag, path(name)], BASIC);
  expect(output).toMatch(message);
  expect([code, seen]).toEqual([2, []]);
});

test("of two backfills with one checkpoint, one ends with exit code 2, and the other one finishes the file", async () => {
  const path = temporaryPaths();
  const { url, seen } = await startGoodServer(10);
  writeFileSync(path("in.ndjson"), lines(200));
  const call = [path("in.ndjson"), "--url", url, "--checkpoint", path("at.json"), "--concurrency", "2"];
  const ends = await Promise.all([backfill(call, BASIC), backfill(call, BASIC)]);
  const [stopped, finished] = ends.toSorted((one, other) => other.code - one.code);
  expect(stopped).toMatchObject({
    code: 2,
    output: `The checkpoint ${path("at.json")} was changed by another backfill: use one checkpoint for each.`,
  });
  expect(finished).toMatchObject({ code: 0, output: expect.stringMatching(/^200 synced, 0 failed/) });
  expect([nextIn(path("at.json")), seen.length < 400]).toEqual([200, true]);
});

test("of two backfills that save the same counts at the same time, one ends", async () => {
  const input = { size: 1, sha256: "" };
  const options = { path: temporaryPaths()("at.json"), file: "in.ndjson", input, total: 3, url: "http://127.0.0.1" };
  const both = await Promise.all([openCheckpoint(options), openCheckpoint(options)]);
  const ended = new Set<object>();
  for (const count of [1, 2, 3]) {
    const running = both.filter((one) => !ended.has(one));
    const results = await Promise.allSettled(running.map(({ save, close }) => save(count).then(close)));
    for (const [index, one] of running.entries()) if (results[index]?.status === "rejected") ended.add(one);
  }
  expect(ended.size).toBe(1);
});

test("--help lists flags, variables and exit codes", async () => {
  const { code, output } = await backfill(["--help"], {});
  expect(code).toBe(0);
  for (const word of ["--url", "--checkpoint", "--failed", "--retry-failed", "--concurrency", "NEXUS_TOKEN", "130"])
    expect(output).toContain(word);
});

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { expect, test } from "vitest";
import { BASIC, backfill, collectOutput, lines, nextIn, startBackfill, temporaryPaths } from "./backfill-call.ts";
import { JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";

const GOOD = respond();
const NOT_FOUND = respond(404, JSON_TYPE, '{"title":"Not Found"}');

/** An input of `count` items, sent one at a time to the given server, with a checkpoint. */
function inputOf(count: number, url: string) {
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(count));
  const call = [path("in.ndjson"), "--url", url, "--checkpoint", path("at.json"), "--concurrency", "1"];
  return { path, call, failed: () => failedLines(path("in.ndjson.failed.ndjson")) };
}

function failedLines(file: string): number[] {
  if (!existsSync(file)) return [];
  const entries = readFileSync(file, "utf8").trim().split("\n");
  return entries.map((entry) => JSON.parse(entry).line);
}

/** A server with a listener for each item, by its number. */
const startServer = (listenerOf: (item: number) => RequestListener) =>
  startFaultServer((request, response) =>
    listenerOf(Number(/u-(\d+)/.exec(String(request.url))?.[1]))(request, response),
  );

test.for([
  [401, "Unauthorized"],
  [403, "Forbidden"],
] as const)("a %i stops the backfill at once with exit code 2, and its item is sent again", async ([status, title]) => {
  let rejects = true;
  const rejected = respond(status, JSON_TYPE, JSON.stringify({ title }));
  const { url, seen } = await startServer((item) => (item === 3 && rejects ? rejected : GOOD));
  const { call, path, failed } = inputOf(10, url);
  const { code, output } = await backfill(call, BASIC);
  expect(code).toBe(2);
  expect(output).toMatch(
    new RegExp(
      `^3 synced, 0 failed, .*\nStopped: the credentials are not accepted \\(line 4, request id [-0-9a-f]{36}: .* returned ${status}: ${title}.*\\)\\. ` +
        `Check the NEXUS_ variables\\. The same command resumes from .*at\\.json\\.$`,
    ),
  );
  expect([seen.length, nextIn(path("at.json")), failed()]).toEqual([4, 3, []]);
  rejects = false;
  expect((await backfill(call, BASIC)).code).toBe(0);
  expect(seen.length).toBe(4 + 7);
});

test("of many requests in flight, one 401 stops the command, and its exit code is 2", async () => {
  const { url, seen } = await startFaultServer(respond(401));
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(5_000));
  const { code, output } = await startBackfill([path("in.ndjson"), "--url", url], BASIC).ended;
  expect(output).toMatch(
    /^0 synced, 0 failed, .*\nStopped: the credentials are not accepted .* starts over, which is safe\.\n$/s,
  );
  expect(code).toBe(2);
  expect(seen.length).toBeLessThanOrEqual(16);
});

test("a password that can't be sent in a header stops the backfill with exit code 2, and is not printed", async () => {
  const { call } = inputOf(3, NOWHERE);
  const { code, output } = await backfill(call, { NEXUS_TOKEN: "planted\n", NEXUS_APPLICATION_TOKEN: "planted" });
  expect(output).toMatch(/\nStopped: the credentials are not accepted \(line 1: /);
  expect(output).not.toContain("planted");
  expect(code).toBe(2);
});

const WEB_PAGE = respond(200, { "Content-Type": "text/html" }, "<html>");

test.for<[string, RequestListener]>([
  ["a 500", respond(500)],
  ["a 502 of a proxy", respond(502, { "Content-Type": "text/html" }, "<html>")],
  ["a dropped connection", (request) => request.socket.destroy()],
  ["a redirect", respond(307, { Location: "http://127.0.0.1:9/" })],
  ["a web page", WEB_PAGE],
  ["a 404 of another server", respond(404, { "Content-Type": "text/html" }, "<html>")],
  ["a 404 of an unknown path", respond(404, JSON_TYPE, '{"type":"urn:nexus-sync:problem:unknown-path"}')],
  ["a 405 with a problem document", respond(405, JSON_TYPE, '{"title":"Method Not Allowed"}')],
])("%s for 20 items in a row stops the backfill with exit code 1", { timeout: 30_000 }, async ([, bad]) => {
  const { url } = await startServer((item) => (item < 10 ? GOOD : bad));
  const { call, path, failed } = inputOf(40, url);
  const { code, output } = await backfill([...call, "--concurrency", "8"], BASIC);
  expect(output).toMatch(/^10 synced, 2\d failed, .* failed lines: /);
  expect(output).toMatch(
    /\nStopped: 20 failures in a row without a response of the API \(line \d+: .*\)\. Check --url and the server\. The same command resumes from .*at\.json\.$/,
  );
  expect(code).toBe(1);
  // Every failed line is listed, and the checkpoint passes none that is not.
  expect(failed().length).toBeGreaterThanOrEqual(20);
  expect(failed().length).toBeGreaterThanOrEqual(nextIn(path("at.json")) - 10);
});

test("an unreachable server stops the backfill with exit code 1", async () => {
  const { call } = inputOf(5_000, NOWHERE);
  const { code, output } = await startBackfill([...call, "--concurrency", "20"], BASIC).ended;
  expect(output).toMatch(/\nStopped: 20 failures in a row without a response of the API /);
  expect(code).toBe(1);
}, 30_000);

test("a success or a response about the item starts a new row of failures, an invalid line does not", async () => {
  const { url } = await startServer((item) => (item % 15 < 14 ? WEB_PAGE : item % 2 ? NOT_FOUND : GOOD));
  const { call } = inputOf(60, url);
  const { code, output } = await backfill(call, BASIC);
  expect(code).toBe(1);
  expect(output).toMatch(/^2 synced, 58 failed, .*\n.*\n[^\n]*$/);

  const mixed = inputOf(0, url);
  const item = (_: unknown, n: number) => (n % 2 ? "no JSON\n" : lines(1));
  writeFileSync(mixed.path("in.ndjson"), Array.from({ length: 60 }, item).join(""));
  const { output: stopped } = await backfill(mixed.call, BASIC);
  expect(stopped).toContain("Stopped: 20 failures in a row");
}, 60_000);

test("--max-failures N stops the backfill after N failures in all, of any kind, instead of 20 in a row", async () => {
  const { url, seen } = await startServer((item) => (item % 2 ? NOT_FOUND : GOOD));
  const { call, path, failed } = inputOf(40, url);
  const { code, output } = await backfill([...call, "--max-failures", "5"], BASIC);
  expect(code).toBe(1);
  expect(output).toMatch(
    /^5 synced, 5 failed, .*\nStopped: 5 failures \(--max-failures\)\. The same command resumes from .*at\.json\.$/s,
  );
  expect([nextIn(path("at.json")), failed()]).toEqual([10, [2, 4, 6, 8, 10]]);
  expect(seen.length).toBeLessThanOrEqual(11);

  const outage = await startFaultServer(respond(500));
  const { call: other } = inputOf(30, outage.url);
  expect((await backfill([...other, "--max-failures", "25", "--concurrency", "25"], BASIC)).output).toContain(
    "25 failures (",
  );
}, 30_000);

test("at the end, the failures are counted by reason with an example, the most frequent first", async () => {
  const bad = respond(500, JSON_TYPE, '{"title":"Internal Server Error"}');
  const { url } = await startServer((item) => (item > 4 ? GOOD : item === 2 ? bad : NOT_FOUND));
  const { call, path } = inputOf(6, url);
  writeFileSync(path("in.ndjson"), `${lines(6)}no JSON\n`);
  const { code, output } = await backfill(call, BASIC);
  const call404 = `PUT ${url}/v1/users/{userId}/$sync returned`;
  expect(code).toBe(1);
  const [, ...reasons] = output.split("\n");
  expect(reasons).toEqual([
    expect.stringContaining(`404: 4 failed, for example line 1: ${call404} 404: Not Found`),
    expect.stringContaining(`500: 1 failed, for example line 3: ${call404} 500: Internal Server Error`),
    "invalid line: 1 failed, for example line 7: The line is not a JSON object with a userId.",
  ]);
});

test("a pause is printed with its reason and length, above the bar on a terminal", async () => {
  let paused = 0;
  const { url } = await startServer(() => {
    paused += 1;
    return paused % 3 === 1 ? respond(429, { "Retry-After": "1" }) : GOOD;
  });
  const { call } = inputOf(2, url);
  expect((await backfill(call, BASIC)).shown).toBe("429: waiting 1 s\n");
  const { output, text } = collectOutput(80);
  paused = 0;
  await backfill(call.slice(0, 3), BASIC, { output });
  expect(text()).toMatch(/429: waiting 1 s\n.*\[-+\] 0 %, 0\/2 done/);
});

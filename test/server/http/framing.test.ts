import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { basic } from "../../helpers/access.ts";
import { badInputs, expectProblemDocument } from "../../helpers/bad-input.ts";
import { dump, goodBody, send } from "../../helpers/server-fixture.ts";
import { JSON_TYPE, sendRaw } from "../../helpers/stub.ts";

const { fixture, testEach } = badInputs();
const BODY = JSON.stringify(goodBody);
const GOOD = ["Host: nexus.example", `Authorization: ${basic()}`, "Content-Type: application/json"];
const WITH_BODY = [...GOOD, `Content-Length: ${BODY.length}`];

/** A sync as bytes. */
function raw(headers: string[], body = BODY): string {
  return `${["PUT /v1/users/u-ada/$sync HTTP/1.1", ...headers].join("\r\n")}\r\n\r\n${body}`;
}

/** Checks for one problem response, a closed connection, one log line, and an unchanged store. */
async function expectRejected(bytes: string, status: number, problem: string) {
  const [before, logged] = [dump(fixture()), fixture().lines.length];
  const received = await sendRaw(fixture().server, bytes);
  expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(received).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/i);
  expect(received).toMatch(/\r\nConnection: close\r\n/i);
  const body = JSON.parse(received.slice(received.indexOf("\r\n\r\n") + 4));
  expectProblemDocument(undefined, body);
  expect(body).toMatchObject({ type: `urn:nexus-sync:problem:${problem}`, status });
  expect(dump(fixture())).toBe(before);
  expect(await send(fixture().server)).toMatchObject({ status: 200 });
  const lines = fixture().lines.slice(logged, -1);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ status, problem, requestId: body.instance });
  expect(lines.join() + received).not.toMatch(/planted|u-ada/);
}

test.for<[name: string, bytes: string]>([
  ["Content-Length with Transfer-Encoding", raw([...GOOD, "Content-Length: 5", "Transfer-Encoding: chunked"])],
  ["two lengths", raw([...GOOD, "Content-Length: 5", "Content-Length: 6"])],
  ["a negative length", raw([...GOOD, "Content-Length: -1"])],
  ["a length that is not a number", raw([...GOOD, "Content-Length: many"])],
  ["a transfer coding other than chunked", raw([...GOOD, "Transfer-Encoding: gzip"])],
  ["a chunk size that is not a number", raw([...GOOD, "Transfer-Encoding: chunked"], "zz\r\n")],
  ["a header without a colon", raw([...GOOD, "Nonsense"])],
  ["a header name with a space", raw([...GOOD, "Content Length: 5"])],
  ["a NUL in a header", raw([...GOOD, "X-Thing: a\u0000b"])],
  ["text that is not HTTP", "HELO nexus\r\n\r\n"],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["HTTP/2.0 as text", raw(WITH_BODY).replace("HTTP/1.1", "HTTP/2.0")],
  ["a request line without a version", raw(WITH_BODY).replace(" HTTP/1.1", "")],
  ["CONNECT", "CONNECT nexus.example:443 HTTP/1.1\r\nHost: nexus.example:443\r\n\r\n"],
  ["a TLS handshake", "\u0016\u0003\u0001\u0002\u0000\u0001"],
])("%s is rejected with 400, and the connection is closed", ([, bytes]) =>
  expectRejected(bytes, 400, "malformed-http"),
);

test("a header of 20 kB is rejected with 431, and the connection is closed", () =>
  expectRejected(raw([...GOOD, `X-Thing: ${"a".repeat(20_000)}`]), 431, "headers-too-large"));

test("a request without Host is rejected with 400, and the connection is closed", () =>
  expectRejected(raw(GOOD.slice(1)), 400, "invalid-request"));

test.for(["websocket", "h2c"])("an upgrade to %s is ignored, and the request is served", async (protocol) => {
  const headers = [...WITH_BODY, "Connection: Upgrade, close", `Upgrade: ${protocol}`];
  expect(await sendRaw(fixture().server, raw(headers))).toMatch(/^HTTP\/1.1 200 OK/);
});

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`h${index}`, "x"]));
const CHUNKED = { ...JSON_TYPE, "Transfer-Encoding": "chunked" };
testEach([
  { name: "a request with 1,500 headers", status: 431, headers: many(1_500) },
  { name: "a request with 101 more headers", status: 431, headers: { ...JSON_TYPE, ...many(101) } },
  { name: "a request with 90 more headers", status: 200, headers: { ...JSON_TYPE, ...many(90) } },
  {
    ...{ name: "a request with headers named like members of Object", status: 200 },
    headers: { ...JSON_TYPE, ["__proto__"]: "x", constructor: "x", toString: "x" } as Record<string, string>,
  },
  { name: "a chunked body over the limit", status: 413, headers: CHUNKED, body: " ".repeat(300_000) },
]);

/** Sends headers with `Expect: 100-continue`, and the body after the 100. */
function sendExpecting(authorization: string): Promise<string> {
  const { port, hostname } = new URL(fixture().server.url);
  const headers = [...WITH_BODY, "Expect: 100-continue", "Connection: close"].with(
    1,
    `Authorization: ${authorization}`,
  );
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(Number(port), hostname, () => socket.write(raw(headers, "")));
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (received === "HTTP/1.1 100 Continue\r\n\r\n") socket.write(BODY);
    });
    socket.once("error", reject).once("close", () => resolve(received));
  });
}

test("Expect: 100-continue gets a 100 with good credentials, and only a 401 with wrong ones", async () => {
  expect(await sendExpecting(basic())).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  const rejected = await sendExpecting(basic("key-main", "planted-wrong"));
  expect(rejected).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
  expect(rejected).toMatch(/\r\nConnection: close\r\n/i);
});

test("200 connections reset in the middle of a body log at most one line each and store nothing", async () => {
  const [before, logged] = [dump(fixture()), fixture().lines.length];
  const { port, hostname } = new URL(fixture().server.url);
  const reset = () =>
    new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, async () => {
        socket.write(raw([...GOOD, "Content-Length: 500"], "{"));
        await sleep(30);
        socket.resetAndDestroy();
      });
      socket.once("close", () => resolve());
    });
  await Promise.all(Array.from({ length: 200 }, reset));
  expect(await send(fixture().server)).toMatchObject({ status: 200 });
  const lines = fixture()
    .lines.slice(logged)
    .map((line) => JSON.parse(line));
  const broken = lines.filter(({ status }) => status !== 200);
  // A connection reset before the server read its headers logs nothing.
  expect(broken.length).toBeGreaterThan(0);
  expect(broken.length).toBeLessThanOrEqual(200);
  expect(broken.every(({ msg }) => msg === "request")).toBe(true);
  expect(dump(fixture())).toBe(before);
});

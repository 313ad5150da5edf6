import { connect } from "node:net";
import { expect, test } from "vitest";
import { ProblemDetails } from "../../../generated/validators.js";
import { basic } from "../../helpers/access.ts";
import { badInputs } from "../../helpers/bad-input.ts";
import { dump, goodBody, send } from "../../helpers/site.ts";
import { JSON_TYPE, sendRaw } from "../../helpers/stub.ts";

const { site, testEach } = badInputs();
const PATH = "/v1/users/u-ada/$sync";
const BODY = JSON.stringify(goodBody);
const GOOD = ["Host: nexus.example", `Authorization: ${basic()}`, "Content-Type: application/json"];

/** A request as bytes: the line, the headers, and what follows them. */
function raw(headers: string[], body = BODY, line = `PUT ${PATH} HTTP/1.1`): string {
  return `${[line, ...headers].join("\r\n")}\r\n\r\n${body}`;
}

/** What every broken request must come to: one answer, a closed connection, one log line, nothing stored. */
async function refused(bytes: string, status: number, problem: string) {
  const [before, seen] = [dump(site()), site().lines.length];
  const answer = await sendRaw(site().server, bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/i);
  expect(answer).toMatch(/\r\nConnection: close\r\n/i);
  const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4));
  expect(ProblemDetails(body), JSON.stringify(ProblemDetails.errors)).toBe(true);
  expect(body).toMatchObject({ type: `urn:nexus-sync:problem:${problem}`, status });
  expect(dump(site())).toBe(before);
  expect(await send(site().server)).toMatchObject({ status: 200 });
  const lines = site().lines.slice(seen, -1);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ status, problem, requestId: body.instance });
  expect(lines.join() + answer).not.toMatch(/planted|u-ada/);
}

test.for<[string, string[], body?: string]>([
  ["H1 Content-Length and Transfer-Encoding", ["Content-Length: 5", "Transfer-Encoding: chunked"]],
  ["H1 two lengths", ["Content-Length: 5", "Content-Length: 6"]],
  ["H1 a negative length", ["Content-Length: -1"]],
  ["H1 a length that is no number", ["Content-Length: many"]],
  ["H1 a coding that is not chunked", ["Transfer-Encoding: gzip"]],
  ["H1 a chunk's size that is no number", ["Transfer-Encoding: chunked"], "zz\r\n"],
  ["a header without a colon", ["Nonsense"]],
  ["a header's name with a space", ["Content Length: 5"]],
  ["a NUL in a header", ["X-Thing: a\u0000b"]],
])("%s is 400 and closed", ([, headers, body]) => refused(raw([...GOOD, ...headers], body), 400, "malformed-http"));

test("H6 no Host is 400", async () => {
  const answer = await sendRaw(site().server, raw([...GOOD.slice(1), "Content-Length: 0"], ""));
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});

test.for([
  ["text that is no HTTP", "HELO nexus\r\n\r\n"],
  ["HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["a TLS handshake", "\u0016\u0003\u0001\u0002\u0000\u0001"],
])("%s is 400 and closed", ([, bytes = ""]) => refused(bytes, 400, "malformed-http"));

test.for(["websocket", "h2c"])("an upgrade to %s is ignored, and the request is served", async (protocol) => {
  const body = JSON.stringify(goodBody);
  const head = [...GOOD, "Connection: Upgrade, close", `Upgrade: ${protocol}`, `Content-Length: ${body.length}`];
  expect(await sendRaw(site().server, raw(head, body))).toMatch(/^HTTP\/1.1 200 OK/);
});

test("broken bytes behind a whole request leave that request its own response", async () => {
  const whole = raw([...GOOD, `Content-Length: ${Buffer.byteLength(BODY)}`]);
  const received = await sendRaw(site().server, `${whole}GARBAGE\r\n\r\n`);
  expect(Array.from(received.matchAll(/^HTTP\/1\.1 (\d+)/gm), ([, status]) => status)).toEqual(["200"]);
});

test("H5 a header of 20 kB is 431 and closed", () =>
  refused(raw([...GOOD, `X-Thing: ${"a".repeat(20_000)}`]), 431, "headers-too-large"));

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`h${index}`, "x"]));

testEach([
  { name: "H5 1,500 headers", status: 431, headers: many(1_500) },
  { name: "H5 101 headers", status: 431, headers: { ...JSON_TYPE, ...many(101) } },
  { name: "90 headers of one's own", status: 200, headers: { ...JSON_TYPE, ...many(90) } },
  {
    name: "H8 headers named like members of Object",
    status: 200,
    headers: { ...JSON_TYPE, ["__proto__"]: "x", constructor: "x", toString: "x" } as Record<string, string>,
  },
  {
    name: "H2 a chunked body over the limit",
    status: 413,
    headers: { ...JSON_TYPE, "Transfer-Encoding": "chunked" },
    body: " ".repeat(300_000),
  },
]);

/** Sends the head of a request that waits to be asked for its body, and then the body once it is. */
function expecting(authorization: string): Promise<string> {
  const { port, hostname } = new URL(site().server.url);
  const head = [
    "Host: nexus.example",
    `Authorization: ${authorization}`,
    ...GOOD.slice(2),
    "Expect: 100-continue",
    `Content-Length: ${BODY.length}`,
    "Connection: close",
  ];
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(Number(port), hostname, () => socket.write(raw(head, "")));
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (received === "HTTP/1.1 100 Continue\r\n\r\n") socket.write(BODY);
    });
    socket.once("error", reject).once("close", () => resolve(received));
  });
}

test("H7 who waits with the body is asked for it after security, and refused before it without credentials", async () => {
  expect(await expecting(basic())).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  const refusal = await expecting(basic("key-main", "planted-wrong"));
  expect(refusal).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
  expect(refusal).toMatch(/\r\nConnection: close\r\n/i);
});

test("H4 200 callers that break off amid their body leave one line each, and nothing else", async () => {
  const [before, seen] = [dump(site()), site().lines.length];
  const { port, hostname } = new URL(site().server.url);
  const breakOff = () =>
    new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(raw([...GOOD, "Content-Length: 500"], "{"), () => setTimeout(() => socket.resetAndDestroy(), 30));
      });
      socket.once("close", () => resolve());
    });
  await Promise.all(Array.from({ length: 200 }, breakOff));
  expect(await send(site().server)).toMatchObject({ status: 200 });
  const lines = site()
    .lines.slice(seen)
    .map((line) => JSON.parse(line));
  const broken = lines.filter(({ status }) => status !== 200);
  // One that was reset before the server had read its head never was a request.
  expect(broken.length).toBeGreaterThan(0);
  expect(broken.length).toBeLessThanOrEqual(200);
  expect(broken.every(({ msg }) => msg === "request")).toBe(true);
  expect(dump(site())).toBe(before);
});

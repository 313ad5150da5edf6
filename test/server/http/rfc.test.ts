import { describe, expect, test } from "vitest";
import { basic } from "../../helpers/access.ts";
import { badInputs, expectProblemDocument } from "../../helpers/bad-input.ts";
import { dump, goodBody } from "../../helpers/server-fixture.ts";
import { sendRaw } from "../../helpers/stub.ts";

// Requirements on a server (MUST, MUST NOT) of RFC 9110 and RFC 9112 that apply to an origin server without caching,
// ranges, preconditions and tunnels, and whose responses have no Transfer-Encoding. Not met: RFC 9112 section 3 requires
// 414 for a request target that is too long; the parser limits target and headers together, which is a 431.

const { fixture } = badInputs();
const BODY = JSON.stringify(goodBody);
const PATH = "/v1/users/u-ada/$sync";
const LIVE = "GET /livez HTTP/1.1\r\nHost: nexus.example\r\nConnection: close\r\n\r\n";

interface Message {
  line?: string;
  /** Replaces the header Host; null for none. */
  host?: string | null;
  /** Replaces Authorization; null for none. */
  authorization?: string | null;
  headers?: string[];
  body?: string;
}

/** A sync as bytes, with `Connection: close` unless the headers have a Connection. */
function bytesOf({
  line = `PUT ${PATH} HTTP/1.1`,
  host = "Host: nexus.example",
  authorization = `Authorization: ${basic()}`,
  headers = [],
  body = BODY,
}: Message = {}): string {
  const has = (name: string) => headers.some((header) => header.toLowerCase().startsWith(name));
  const framing = has("transfer-encoding") || has("content-length") ? [] : [`Content-Length: ${body.length}`];
  const close = has("connection") ? [] : ["Connection: close"];
  const all = [line, host, authorization, "Content-Type: application/json", ...framing, ...close, ...headers];
  return `${all.filter((one) => one !== null).join("\r\n")}\r\n\r\n${body}`;
}

const exchange = (message: Message, ...more: string[]) => sendRaw(fixture().server, bytesOf(message) + more.join(""));
const statusesIn = (received: string) =>
  Array.from(received.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status));
const bodyOf = (received: string) => received.slice(received.indexOf("\r\n\r\n") + 4);
const chunked = (text: string, trailer = "") => `${text.length.toString(16)}\r\n${text}\r\n0\r\n${trailer}\r\n`;
const CHUNKED = "Transfer-Encoding: chunked";

/** The requests get exactly one response, a 400 with a problem document, and the connection is closed. */
async function expectBadRequest(message: Message) {
  const before = dump(fixture());
  const received = await exchange(
    { ...message, headers: [...(message.headers ?? []), "Connection: keep-alive"] },
    LIVE,
  );
  expect(statusesIn(received)).toEqual([400]);
  expect(received).toMatch(/\r\nConnection: close\r\n/i);
  expectProblemDocument(undefined, JSON.parse(bodyOf(received)));
  expect(dump(fixture())).toBe(before);
}

describe("RFC 9112 section 2.2, message parsing", () => {
  test("an empty line before the request line is ignored", async () => {
    expect(statusesIn(await sendRaw(fixture().server, `\r\n${bytesOf()}`))).toEqual([200]);
  });
  test("whitespace between the request line and the first header is rejected", () =>
    expectBadRequest({ host: " Host: nexus.example" }));
  test("a bare CR in a header is rejected", () => expectBadRequest({ headers: ["X-Thing: a\rb"] }));
});

describe("RFC 9112 section 3.2, request target and Host", () => {
  test.for([
    ["http", `http://nexus.example${PATH}`],
    ["https and a port", `https://nexus.example:8443${PATH}`],
    ["HTTP in capitals, an IPv6 address and a query", `HTTP://[2001:db8::1]${PATH}?x=1`],
  ])("the absolute form with %s is accepted", async ([, target]) => {
    expect(statusesIn(await exchange({ line: `PUT ${target} HTTP/1.1` }))).toEqual([200]);
  });
  test("the absolute form of a health path is accepted", async () => {
    const line = "GET http://nexus.example/livez HTTP/1.1";
    expect(bodyOf(await exchange({ line, body: "" }))).toBe("alive\n");
  });
  test("the path of an absolute form is used as sent", async () => {
    const statusOf = async (path: string) => {
      const received = await exchange({ line: `PUT http://nexus.example${path} HTTP/1.1` });
      return [...statusesIn(received), JSON.parse(bodyOf(received)).type];
    };
    const [unknown, invalid] = ["unknown-path", "invalid-request"].map((key) => `urn:nexus-sync:problem:${key}`);
    expect(await statusOf("/v1/users/../users/u-ada/$sync")).toEqual([404, unknown]);
    expect(await statusOf("/v1/users/%2e%2e/$sync")).toEqual([400, invalid]);
    expect(await statusOf("")).toEqual([404, unknown]);
    expect(await statusOf("?x=1")).toEqual([404, unknown]);
  });
  test("the host of the absolute form replaces Host", async () => {
    const { controlUrl = "" } = fixture().server;
    const get = (target: string, host: string) => {
      const bytes = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      return sendRaw({ ...fixture().server, url: controlUrl }, bytes);
    };
    const { host } = new URL(controlUrl);
    expect(statusesIn(await get(`http://${host}/faults`, "planted.example"))).toEqual([200]);
    expect(statusesIn(await get("http://planted.example/faults", host))).toEqual([421]);
  });
  test.for<[name: string, message: Message]>([
    ["no Host", { host: null }],
    ["two Host fields", { headers: ["Host: other.example"] }],
    ["the same Host twice", { headers: ["host: nexus.example"] }],
    ["a Host with a path", { host: "Host: nexus.example/v1" }],
    ["a Host with a space", { host: "Host: nexus example" }],
    ["a Host with user information", { host: "Host: me@nexus.example" }],
    ["a Host with a port that is not a number", { host: "Host: nexus.example:many" }],
    ["no Host and an absolute form", { host: null, line: `PUT http://nexus.example${PATH} HTTP/1.1` }],
    ["an absolute form without a host", { line: `PUT http://${PATH} HTTP/1.1` }],
    ["an absolute form with user information", { line: `PUT http://me:guess@nexus.example${PATH} HTTP/1.1` }],
  ])("%s is rejected with 400", ([, message]) => expectBadRequest(message));
  test("no Host is rejected with 400 on a health path, and on the control port", async () => {
    const bytes = "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n";
    for (const url of [fixture().server.url, fixture().server.controlUrl ?? ""])
      expect(statusesIn(await sendRaw({ ...fixture().server, url }, bytes))).toEqual([400]);
  });
  test.for([
    ["an empty Host", "Host:"],
    ["a Host with a port", "Host: nexus.example:8080"],
    ["a Host that is an IPv6 address", "Host: [::1]:8080"],
  ])("%s is accepted", async ([, host = ""]) => expect(statusesIn(await exchange({ host }))).toEqual([200]));
  test("HTTP/1.0 needs no Host", async () => {
    expect(statusesIn(await exchange({ line: `PUT ${PATH} HTTP/1.0`, host: null }))).toEqual([200]);
  });
});

describe("RFC 9112 section 5, field syntax", () => {
  test("whitespace between a name and its colon is rejected", () => expectBadRequest({ headers: ["X-Thing : a"] }));
  test("a folded header is rejected", () => expectBadRequest({ headers: ["X-Thing: a\r\n b"] }));
});

describe("RFC 9112 sections 6 and 7, message body", () => {
  test.for<[name: string, headers: string[], body: string]>([
    ["Transfer-Encoding with Content-Length", [CHUNKED, "Content-Length: 5"], chunked(BODY)],
    ["a last coding other than chunked", ["Transfer-Encoding: chunked, gzip"], BODY],
    ["two different lengths", ["Content-Length: 5", "Content-Length: 6"], BODY],
    ["a list of different lengths", ["Content-Length: 5, 6"], BODY],
    ["a length that is not a number", ["Content-Length: 0x5"], BODY],
    ["a length beyond 64 bits", ["Content-Length: 99999999999999999999999"], BODY],
    ["a chunk size beyond 64 bits", [CHUNKED], "FFFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n"],
  ])("%s is rejected with 400", ([, headers, body]) => expectBadRequest({ headers, body }));
  test("an unknown transfer coding before chunked is rejected with 400", () =>
    expectBadRequest({ headers: ["Transfer-Encoding: gzip, chunked"], body: chunked(BODY) }));
  test("Transfer-Encoding in HTTP/1.0 is rejected with 400", () =>
    expectBadRequest({ line: `PUT ${PATH} HTTP/1.0`, headers: [CHUNKED], body: chunked(BODY) }));
  test("a chunked body is decoded, and chunk extensions are ignored", async () => {
    const body = chunked(BODY).replace("\r\n", ";name=value\r\n");
    expect(statusesIn(await exchange({ headers: [CHUNKED], body }))).toEqual([200]);
  });
  test("a trailer field is not a header field", async () => {
    const body = chunked(BODY, `Authorization: ${basic()}\r\n`);
    const headers = [CHUNKED, "Trailer: Authorization"];
    expect(statusesIn(await exchange({ authorization: null, headers, body }))).toEqual([401]);
  });
});

describe("RFC 9112 section 9, connections", () => {
  test("the body of a rejected request is not parsed as the next request", async () => {
    const message = { authorization: null, headers: ["Connection: keep-alive"], body: LIVE };
    expect(statusesIn(await exchange(message, LIVE))).toEqual([401, 200]);
  });
  test("responses have the order of the requests", async () => {
    const keep = bytesOf({ headers: ["Connection: keep-alive"] });
    const received = await sendRaw(fixture().server, keep + bytesOf({ line: "PUT /nowhere HTTP/1.1" }));
    expect(statusesIn(received)).toEqual([200, 404]);
  });
  test("no request after Connection: close is processed", async () => {
    expect(statusesIn(await exchange({}, LIVE))).toEqual([200]);
  });
  test("HTTP/1.0 without keep-alive closes the connection", async () => {
    const message = { line: `PUT ${PATH} HTTP/1.0`, headers: ["Connection: x"] };
    expect(statusesIn(await exchange(message, LIVE))).toEqual([200]);
  });
});

describe("RFC 9110 section 10.1.1, Expect", () => {
  const expecting = ["Expect: 100-continue"];
  test("an HTTP/1.1 client gets a 100, in any case of the letters and within a list", async () => {
    for (const value of ["100-continue", "100-CONTINUE", "planted, 100-continue"])
      expect(statusesIn(await exchange({ headers: [`Expect: ${value}`] }))).toEqual([100, 200]);
  });
  test("an HTTP/1.0 client gets no 1xx", async () => {
    const message = { line: `PUT ${PATH} HTTP/1.0`, headers: expecting };
    expect(statusesIn(await exchange(message))).toEqual([200]);
  });
  test("a final status other than 100 is sent without waiting for the body", async () => {
    const received = await exchange({ authorization: null, headers: [...expecting, "Content-Length: 5"], body: "" });
    expect(statusesIn(received)).toEqual([401]);
  });
});

describe("RFC 9110, methods and fields", () => {
  test("an Upgrade in HTTP/1.0 is ignored (section 7.8)", async () => {
    const headers = ["Upgrade: websocket", "Connection: Upgrade"];
    expect(statusesIn(await exchange({ line: `PUT ${PATH} HTTP/1.0`, headers }))).toEqual([200]);
  });
  test("methods are case-sensitive (section 9.1)", () => expectBadRequest({ line: `put ${PATH} HTTP/1.1` }));
  test("GET and HEAD are supported, and HEAD has no content (sections 9.1 and 9.3.2)", async () => {
    const [get, head] = await Promise.all(
      [LIVE, LIVE.replace("GET", "HEAD")].map((one) => sendRaw(fixture().server, one)),
    );
    expect([statusesIn(get ?? ""), statusesIn(head ?? "")]).toEqual([[200], [200]]);
    expect(bodyOf(head ?? "")).toBe("");
    expect(bodyOf(await exchange({ line: `HEAD ${PATH} HTTP/1.1`, body: "" }))).toBe("");
  });
  test("a 405 has Allow (section 15.5.6)", async () => {
    expect(await exchange({ line: `DELETE ${PATH} HTTP/1.1` })).toMatch(/^HTTP\/1\.1 405 .*\r\nAllow: PUT\r\n/s);
  });
  test("a 401 has a challenge (section 15.5.2)", async () => {
    expect(await exchange({ authorization: null })).toMatch(/^HTTP\/1\.1 401 .*\r\nWWW-Authenticate: /s);
  });
  test("empty list elements are ignored (section 5.6.1)", async () => {
    expect(statusesIn(await exchange({ headers: ["Accept: , ,application/json,,"] }))).toEqual([200]);
  });
  test("a NUL in a field value is rejected (section 5.5)", () => expectBadRequest({ headers: ["X-Thing: a\u0000b"] }));
  test.for<[name: string, bytes: string]>([
    ["200", bytesOf()],
    ["404", bytesOf({ line: "PUT /nowhere HTTP/1.1" })],
    ["431", bytesOf({ headers: [`X-Thing: ${"a".repeat(20_000)}`] })],
    ["400", "planted\r\n\r\n"],
  ])("a %s has a Date in the preferred format (sections 6.6.1 and 5.6.7)", async ([status, bytes]) => {
    const received = await sendRaw(fixture().server, bytes);
    expect(statusesIn(received)).toEqual([Number(status)]);
    expect(received).toMatch(/\r\nDate: (\w{3}), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
  });
  test("100 and 204 have no Content-Length (section 8.6)", async () => {
    const [interim = "", final = ""] = (await exchange({ headers: ["Expect: 100-continue"] })).split(/\r\n\r\n/);
    expect([interim, /Content-Length/i.test(final)]).toEqual(["HTTP/1.1 100 Continue", true]);
    const { controlUrl = "" } = fixture().server;
    const bytes = `DELETE /faults HTTP/1.1\r\nHost: ${new URL(controlUrl).host}\r\nConnection: close\r\n\r\n`;
    const received = await sendRaw({ ...fixture().server, url: controlUrl }, bytes);
    expect(statusesIn(received)).toEqual([204]);
    expect(received).not.toMatch(/Content-Length|Transfer-Encoding/i);
  });
});

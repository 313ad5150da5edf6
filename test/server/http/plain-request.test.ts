import { expect, test } from "vitest";
import { plainRequestIn } from "../../../server/http/plain-request.ts";

const PLAIN = ["PUT /v1/users/u-ada/$sync?x=1 HTTP/1.1", "Host: stub", "Content-Length: 2"];
const bytesOf = (lines: readonly string[], body = "{}") =>
  Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`, "latin1");
const read = (lines: readonly string[], body?: string) => plainRequestIn(bytesOf(lines, body));

test("a whole request is told by its path and id", () => {
  expect(read(PLAIN)).toEqual({ path: "/v1/users/u-ada/$sync", requestId: undefined });
  const fields = ["x-request-id: mine", "Connection: Keep-Alive", "Authorization: Basic YTpi", "Accept: */*"];
  expect(read([...PLAIN, ...fields])).toEqual({ path: "/v1/users/u-ada/$sync", requestId: "mine" });
  expect(read([...PLAIN, "X-Request-Id: two words"])).toMatchObject({ requestId: undefined });
});

for (const [what, lines, body] of [
  ["with less body than it says", PLAIN, "{"],
  ["with more behind it", PLAIN, "{}P"],
  ["without a length", PLAIN.slice(0, 2)],
  ["without a host", PLAIN.filter((line) => !line.startsWith("Host"))],
  ["with two lengths", [...PLAIN, "content-length: 2"]],
  ["with two hosts", [...PLAIN, "Host: other"]],
  ["with a length in another notation", [...PLAIN.slice(0, 2), "Content-Length: +2"]],
  ["with a list of lengths", [...PLAIN.slice(0, 2), "Content-Length: 2, 2"]],
  ["in chunks", [...PLAIN, "Transfer-Encoding: chunked"]],
  ["that waits to be asked for its body", [...PLAIN, "Expect: 100-continue"]],
  ["for another protocol", [...PLAIN, "Upgrade: websocket"]],
  ["after which the connection ends", [...PLAIN, "Connection: close"]],
  ["with a folded field", [...PLAIN, " folded: 1"]],
  ["with a space before a colon", [...PLAIN, "Name : 1"]],
  ["with a bare LF in a field", [...PLAIN, "A: 1\nContent-Length: 0"]],
  ["with a NUL in a field", [...PLAIN, "A: \0"]],
  ["without a value's colon", [...PLAIN, "nothing"]],
  ["of HTTP/1.0", ["PUT / HTTP/1.0", ...PLAIN.slice(1)]],
  ["for a whole URL", ["PUT http://stub/ HTTP/1.1", ...PLAIN.slice(1)]],
  ["of another method", ["GET /livez HTTP/1.1", ...PLAIN.slice(1)]],
  ["with 51 fields", [...PLAIN, ...Array.from({ length: 49 }, (_, index) => `X-${index}: 1`)]],
] as [string, string[], string?][]) {
  test(`a request ${what} is left to the parser`, () => {
    expect(read(lines, body)).toBeUndefined();
  });
}

test("a head that is not yet whole is left to the parser", () => {
  expect(plainRequestIn(Buffer.from("PUT / HTTP/1.1\r\nHost: stub\r\n"))).toBeUndefined();
});

import { describe, expect, test } from "vitest";
import { putBytes } from "../../../scripts/shared/connection.ts";
import type { RunningStub } from "../../../server/stub/start-stub.ts";
import { acme, basicHeader, sendRaw, signIn, startStubWithClient } from "../../helpers/stub.ts";

/** Every request is over the limit and gets a 503. */
const SHEDDING = { load: { inFlight: 0 } };
const LAST = "GET /livez HTTP/1.1\r\nHost: stub\r\nX-Request-Id: last\r\nConnection: close\r\n\r\n";
const CUT_EVERY = 23;

/** A sync as bytes. */
function sync({ url }: RunningStub, id: string, headers: Record<string, string>, body: string): string {
  return putBytes(`${url}/v1/users/u-ada/$sync`, { "X-Request-Id": id, ...headers }, body).toString();
}

/** Status and request id of each response, in order. */
function responsesIn(received: string): [status: number, id: string | undefined][] {
  return received
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .map((text) => [Number(text.slice(9, 12)), /^X-Request-Id: (\S+)/im.exec(text)?.[1]]);
}

/** The bytes as one piece, in two pieces cut at every `CUT_EVERY`th byte, and in many pieces. */
function cutsOf(bytes: string): string[][] {
  const places = Array.from({ length: Math.floor(bytes.length / CUT_EVERY) }, (_, index) => (index + 1) * CUT_EVERY);
  return [[bytes], bytes.match(/.{1,99}/gs) ?? [], ...places.map((at) => [bytes.slice(0, at), bytes.slice(at)])];
}

describe.each([
  ["a server", {}, 400, 401],
  ["a server that sheds load", SHEDDING, 503, 503],
])("%s", (_, options, invalid, unauthenticated) => {
  test("sends one response for a body that looks like a request, however it is cut", async () => {
    const { server } = await startStubWithClient({ directory: acme(), ...options });
    const good = basicHeader(server);
    const inner = sync(server, "inner", good, JSON.stringify(signIn({ attributes: { department: "planted" } })));
    const chunks = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
    const chunked = sync(server, "outer", { ...good, "Transfer-Encoding": "chunked" }, chunks);
    for (const [outer, status] of [
      [sync(server, "outer", good, inner), invalid],
      [sync(server, "outer", { Authorization: "Bearer planted" }, inner), unauthenticated],
      [chunked.replace(/Content-Length: \d+\r\n/, ""), invalid],
    ] as const) {
      const received = await Promise.all(cutsOf(outer + LAST).map((pieces) => sendRaw(server, ...pieces)));
      for (const text of received)
        expect(responsesIn(text)).toEqual([
          [status, "outer"],
          [200, "last"],
        ]);
    }
    expect((await server.user("u-ada"))?.attributes ?? []).toEqual([]);
  });

  test("sends one response per pipelined request, in their order, however they are cut", async () => {
    const { server } = await startStubWithClient({ directory: acme(), ...options });
    const put = (id: string, body = JSON.stringify(signIn())) => sync(server, id, basicHeader(server), body);
    const good = options === SHEDDING ? 503 : 200;
    const alive = LAST.replace("last", "alive").replace("Connection: close\r\n", "");
    const bytes = [put("1"), put("2", "{}"), alive, put("3"), LAST].join("");
    const received = await Promise.all(cutsOf(bytes).map((pieces) => sendRaw(server, ...pieces)));
    for (const text of received) {
      expect(responsesIn(text)).toEqual([
        [good, "1"],
        [invalid, "2"],
        [200, "alive"],
        [good, "3"],
        [200, "last"],
      ]);
    }
  });
});

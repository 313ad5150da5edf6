import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Connection, openConnection, putBytes } from "../../../scripts/shared/connection.ts";
import { type MeasuredServer, startMeasuredServer } from "../../helpers/measured-server.ts";
import { signIn } from "../../helpers/stub.ts";

const CONNECTIONS = 24;
/** Requests of each kind. Together they are what one client sends in ten minutes at 50 requests a second. */
const PER_KIND = 2_000;
const LARGE_PER_KIND = 200;
/** More than the server counts at a time. */
const KEY_IDS = 10_500;
const HEAP_MB = 128;

const BODY = JSON.stringify(signIn());
const large = "x".repeat(200_000);
const longText = "y".repeat(11_000);

type Kind = [name: string, count: number, bytes: (server: MeasuredServer, number: number) => Buffer];

/** A sync, changed by headers, path and body. */
function sync(
  { url, authorization }: MeasuredServer,
  headers: Record<string, string>,
  body = BODY,
  id = "u-ada",
): Buffer {
  return putBytes(`${url}/v1/users/${id}/$sync`, { Authorization: authorization, ...headers }, body);
}

const KINDS: readonly Kind[] = [
  ["long key ids", KEY_IDS, (server, n) => sync(server, { Authorization: `Basic ${btoa(`${n}${longText}:x`)}` })],
  ["key ids", PER_KIND, (server, n) => sync(server, { Authorization: `Basic ${btoa(`key-${n}:x`)}` })],
  [
    "tokens",
    PER_KIND,
    (server, n) => sync(server, { Authorization: `Bearer ${btoa(`{"alg":"RS256","kid":"${n}"}`)}.e30.e30` }),
  ],
  ["long tokens", PER_KIND, (server, n) => sync(server, { Authorization: `Bearer ${n}${longText}.e30.e30` })],
  [
    "sessions without credentials",
    PER_KIND,
    (server, n) => sync(server, { Authorization: "", "X-Contract-Session": `a${n}` }),
  ],
  ["sessions", PER_KIND, (server, n) => sync(server, { "X-Contract-Session": `b${n}` })],
  [
    "sessions that change a user",
    LARGE_PER_KIND,
    (server, n) =>
      sync(
        server,
        { "X-Contract-Session": `c${n}` },
        JSON.stringify(signIn({ attributes: { large: `${n}${large}` } })),
      ),
  ],
  ["request ids", PER_KIND, (server, n) => sync(server, { "X-Request-Id": `r-${n}` })],
  [
    "media types",
    PER_KIND,
    (server, n) => sync(server, { "Content-Type": `application/json; p=${n}`, Accept: `a/b${n}, */*` }),
  ],
  ["user ids", PER_KIND, (server, n) => sync(server, {}, BODY, `u-${n}`)],
  ["preferences", PER_KIND, (server, n) => sync(server, { Prefer: `example=${n}` })],
  [
    "large attributes of one user",
    LARGE_PER_KIND,
    (server, n) => sync(server, {}, JSON.stringify(signIn({ attributes: { [`large-${n}`]: large } }))),
  ],
  ["wrong attributes", LARGE_PER_KIND, (server) => sync(server, {}, `{"attributes":[${Array(100_000).fill(1)}]}`)],
  [
    "unknown members",
    LARGE_PER_KIND,
    (server, n) => sync(server, {}, `{"${n}":[${Array(100_000).fill(1)}],${BODY.slice(1)}`),
  ],
];

async function sendAll(server: MeasuredServer, [, count, bytes]: Kind, statuses: Map<number, number>): Promise<void> {
  let next = 0;
  const worker = async () => {
    let connection: Connection | undefined;
    while (next < count) {
      const request = bytes(server, next++);
      if (!connection || connection.socket.destroyed) connection = openConnection(server.url);
      const { status, closes } = await connection.send(request).catch(() => ({ status: 0, closes: true }));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (closes) connection.socket.destroy();
    }
    connection?.socket.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

test(`${KINDS.length} kinds of hostile traffic leave a server with a heap of ${HEAP_MB} MB alive, and good requests are answered`, {
  timeout: 600_000,
}, async () => {
  const server = await startMeasuredServer(`--max-old-space-size=${HEAP_MB}`, "--log-level", "error");
  const good = openConnection(server.url);
  const send = async () => (await good.send(sync(server, { "X-Request-Id": "good" }, BODY, "u-grace"))).status;
  expect(await send()).toBe(200);
  for (const kind of KINDS) {
    const statuses = new Map<number, number>();
    const work = sendAll(server, kind, statuses);
    let isDone = false;
    void work.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      expect(await send(), kind[0]).toBe(200);
      await sleep(50);
    }
    await work;
    const { heap } = await server.measure();
    console.log(`${kind[0]}: ${JSON.stringify(Object.fromEntries(statuses))}, heap ${Math.round(heap / 1e6)} MB`);
    expect([...statuses.keys()].filter((status) => status === 0 || status >= 500)).toEqual([]);
  }
  expect((await server.end()).code).toBe(0);
});

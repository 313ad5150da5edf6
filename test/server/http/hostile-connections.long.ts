import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFailed, test } from "vitest";
import { openConnection, putBytes } from "../../../scripts/shared/connection.ts";
import { until } from "../../../scripts/shared/program.ts";
import { seededRandom } from "../../../server/stub/fault-rules.ts";
import { type MeasuredServer, startMeasuredServer } from "../../helpers/measured-server.ts";
import { signIn } from "../../helpers/stub.ts";

const CONNECTIONS = 5_000;
const CONCURRENT = 64;
const GOOD_PER_SECOND = 50;
/** Bytes by which the heap may grow over the second half of the connections. */
const MAX_GROWTH = 3_000_000;
/** The server's longest time limit, and the time it takes to notice. */
const SERVER_CLOSES_MS = 16_000;

type Random = () => number;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

interface Ending {
  name: string;
  /** Bytes behind the complete requests. `partial` is the beginning of a request. */
  trailing?: (partial: Buffer, random: Random) => Buffer;
  /** What the client does after it has sent everything. */
  act?: (socket: Socket, allResponded: () => boolean) => unknown;
  /** The client closes before all responses can arrive. */
  mayMiss?: boolean;
}

const GARBAGE = ["GARBAGE\r\n\r\n", "\0\0\0\0", "GET / HTTP/9.9\r\n\r\n", "PUT /v1 HTTP/1.1\nx"];
const partly = (partial: Buffer) => partial;

const ENDINGS: readonly Ending[] = [
  { name: "half-close", act: (socket) => socket.end() },
  {
    name: "wait",
    async act(socket, allResponded) {
      await until(() => socket.destroyed || allResponded(), 10_000).catch(() => {});
      socket.destroy();
    },
  },
  { name: "garbage", trailing: (_, random) => Buffer.from(pick(random, GARBAGE)) },
  { name: "break off", trailing: partly, act: (socket) => socket.destroy(), mayMiss: true },
  { name: "reset", trailing: partly, act: (socket) => socket.resetAndDestroy(), mayMiss: true },
];
/** Connections that wait for a time limit of the server are rare: one in a hundred and one in five hundred. */
const SILENT: Ending = { name: "silent", trailing: partly };
const UNREAD: Ending = {
  name: "unread",
  // Responses for more than the buffers of both sides hold, and few enough to be made in one pause of the event loop: after
  // a second one the server would reject other requests as overloaded.
  trailing: () => Buffer.from("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(600)),
  async act(socket) {
    socket.pause();
    await sleep(SERVER_CLOSES_MS);
    socket.resume();
  },
  mayMiss: true,
};

interface Sent {
  id: string;
  status: number;
  /** The server closes the connection after the response. */
  closes?: boolean;
  bytes: Buffer;
}

/** A complete request of a random kind, with the status that it must get. */
function wholeRequest({ url, authorization }: MeasuredServer, id: string, random: Random): Sent {
  const headers = { "X-Request-Id": id, Authorization: authorization };
  const target = `${url}/v1/users/u-ada/$sync`;
  const body = JSON.stringify(signIn());
  const put = (extra: Record<string, string>, to = target, text = body) => putBytes(to, { ...headers, ...extra }, text);
  const chunked = () => {
    const [head = ""] = put({ "Transfer-Encoding": "chunked" }).toString().split("\r\n\r\n");
    const half = Math.floor(random() * body.length);
    const chunks = [body.slice(0, half), body.slice(half), ""].filter((part, index) => part !== "" || index === 2);
    const text = chunks.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("");
    return Buffer.from(`${head.replace(/\r\nContent-Length: \d+/, "")}\r\n\r\n${text}`);
  };
  const kinds: (() => Omit<Sent, "id">)[] = [
    () => ({ status: 200, bytes: put({}) }),
    () => ({ status: 200, bytes: chunked() }),
    () => ({
      status: 200,
      closes: true,
      bytes: put({ Upgrade: pick(random, ["websocket", "h2c"]), Connection: "Upgrade" }),
    }),
    () => ({ status: 401, bytes: put({ Authorization: "" }) }),
    () => ({ status: 404, bytes: put({}, `${url}/v1/users/u-unknown/$sync`) }),
    () => ({ status: 400, bytes: put({}, target, "{}") }),
    () => ({ status: 200, bytes: Buffer.from(`GET /livez HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\n\r\n`) }),
  ];
  return { id, ...pick(random, kinds)() };
}

/** Each response in the received bytes, as id and status. */
function responsesIn(text: string): { id: string | undefined; status: number }[] {
  return Array.from(text.matchAll(/HTTP\/1\.1 (\d{3}) [\s\S]*?\r\n\r\n/g), ([head, status]) => ({
    id: /\r\nX-Request-Id: (.+)\r\n/.exec(head)?.[1],
    status: Number(status),
  }));
}

function endingOf(index: number, random: Random): Ending {
  if (index % 500 === 1) return UNREAD;
  return index % 100 === 0 ? SILENT : pick(random, ENDINGS);
}

/** Opens one connection, and returns what is wrong with the responses it got. */
async function hostileConnection(server: MeasuredServer, index: number, random: Random): Promise<string[]> {
  const { name, trailing, act, mayMiss = false } = endingOf(index, random);
  const count = Math.floor(random() * 4);
  const sent = Array.from({ length: count }, (_, each) => wholeRequest(server, `c${index}-${each}`, random));
  const { bytes } = wholeRequest(server, `c${index}-partial`, random);
  const more = trailing?.(bytes.subarray(0, Math.floor(random() * bytes.length)), random) ?? Buffer.alloc(0);
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: random() < 0.2 });
  let received = "";
  // A client that keeps its side open sees the end of the server's side and no close.
  const closed = new Promise<true>((resolve) => {
    for (const event of ["end", "close"]) socket.once(event, () => resolve(true));
  });
  socket.on("error", () => {}).setEncoding("latin1");
  socket.on("data", (text) => {
    received += text;
  });
  await writeInParts(socket, Buffer.concat([...sent.map((one) => one.bytes), more]), random);
  await act?.(socket, () => responsesIn(received).length >= sent.length);
  const isClosed = await Promise.race([closed, sleep(SERVER_CLOSES_MS, false)]);
  socket.destroy();
  const last = sent.findIndex(({ closes }) => closes);
  const served = last < 0 ? sent : sent.slice(0, last + 1);
  const problems = problemsOf({ sent: served, responses: responsesIn(received), mayMiss });
  return [...(isClosed ? [] : ["the server did not close the connection"]), ...problems].map(
    (problem) => `${index} (${name}, ${sent.length} requests): ${problem}`,
  );
}

async function writeInParts(socket: Socket, bytes: Buffer, random: Random): Promise<void> {
  const cuts = Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * bytes.length));
  const places = [0, ...cuts.sort((one, other) => one - other), bytes.length];
  for (const [index, from] of places.slice(0, -1).entries()) {
    if (index > 0 && random() < 0.7) await sleep(random() * 8);
    if (!socket.destroyed) socket.write(bytes.subarray(from, places[index + 1]));
  }
}

interface Observed {
  sent: readonly Sent[];
  responses: readonly { id: string | undefined; status: number }[];
  /** The connection was closed before all responses could arrive. */
  mayMiss: boolean;
}

/** The responses must be those of the complete requests, in order, and at most one more that rejects later bytes. */
function problemsOf({ sent, responses, mayMiss }: Observed): string[] {
  const expected = sent.slice(0, mayMiss ? responses.length : undefined);
  const wrong = expected.flatMap(({ id, status }, index) => {
    const { id: gotId = "none", status: got = "none" } = responses[index] ?? {};
    return gotId === id && got === status ? [] : [`${id} should be ${status} and is ${got} with the id ${gotId}`];
  });
  const more = mayMiss ? [] : responses.slice(sent.length);
  const isRejection = more.every(({ status }) => [400, 401, 404, 408].includes(status));
  return more.length > 1 || !isRejection ? [...wrong, `${more.length} responses too many`] : wrong;
}

/** Sends good requests at a steady rate until it is stopped, and returns the statuses other than 200. */
function startGoodTraffic({ url, authorization }: MeasuredServer) {
  const { socket, send } = openConnection(url);
  const bad: unknown[] = [];
  const bytes = putBytes(`${url}/v1/users/u-ada/$sync`, { Authorization: authorization }, JSON.stringify(signIn()));
  let isStopped = false;
  const work = (async () => {
    while (!isStopped) {
      const status = await send(bytes).then((reply) => reply.status, String);
      if (status !== 200) bad.push(status);
      await sleep(1_000 / GOOD_PER_SECOND);
    }
    socket.destroy();
  })();
  return async () => {
    isStopped = true;
    await work;
    return bad;
  };
}

test("5,000 hostile connections: each complete request gets its own response, and nothing is left open", {
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env.NEXUS_SYNC_SEED ?? Date.now() % 1_000_000);
  onTestFailed(() => console.error(`To repeat: NEXUS_SYNC_SEED=${seed}`));
  const random = seededRandom(seed);
  const server = await startMeasuredServer("--log-level", "error");
  const before = await server.measure();

  const problems: string[] = [];
  const heaps: number[] = [];
  let next = 0;
  const worker = async (end: number) => {
    while (next < end) {
      const index = next++;
      problems.push(...(await hostileConnection(server, index, random)));
    }
  };
  for (const end of [CONNECTIONS / 2, CONNECTIONS]) {
    const stopGoodTraffic = startGoodTraffic(server);
    await Promise.all(Array.from({ length: CONCURRENT }, () => worker(end)));
    expect(await stopGoodTraffic()).toEqual([]);
    expect(problems).toEqual([]);
    await until(async () => (await server.measure()).sockets <= before.sockets, 15_000);
    // Without traffic, because a collection of garbage delays the event loop, and the server would reject requests.
    heaps.push((await server.measure()).heap);
  }
  const [half = 0, whole = 0] = heaps;
  expect(whole - half).toBeLessThan(MAX_GROWTH);

  // Connections that are open, silent or rejected do not delay the shutdown.
  for (const text of ["", "PUT /v1", "GARBAGE\r\n\r\n"]) {
    const { hostname, port } = new URL(server.url);
    connect({ host: hostname, port: Number(port), allowHalfOpen: true })
      .on("error", () => {})
      .write(text);
  }
  const start = performance.now();
  // 1: the connection that is in the middle of a request was closed at the deadline.
  expect((await server.end()).code).toBe(1);
  expect(performance.now() - start).toBeLessThan(10_000);
});

import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { refuseEarly } from "../../../server/http/early-refusal.ts";
import { holdUser, temporaryPostgres } from "../../helpers/postgres.ts";
import { basicHeader, put, signIn, startStubWithClient } from "../../helpers/stub.ts";

/** A server that answers with what it was sent, and refuses early while `over` says so; and a connection to it. */
async function site() {
  const state = { over: true, handled: 0 };
  const server = createServer(async (request, response) => {
    watch(request, response);
    state.handled += 1;
    const parts: Buffer[] = [];
    if (request.url === "/slow") await sleep(80);
    for await (const part of request) parts.push(part);
    response.end(`[${request.url} ${Buffer.concat(parts)}]`);
  });
  const { watch } = refuseEarly(server, () => ({
    reason: () => (state.over ? "in-flight" : undefined),
    isExempt: (path) => path === "/livez",
    answer: () => "HTTP/1.1 503 Early\r\nContent-Length: 0\r\n\r\n",
  }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { state, ...(await open((server.address() as AddressInfo).port)) };
}

/** A connection that sends pieces apart from each other, and answers with all that comes within a moment. */
async function open(port: number) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  onTestFinished(() => void socket.destroy());
  let received = "";
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1");
  });
  const send = async (...pieces: string[]) => {
    received = "";
    for (const piece of pieces) {
      socket.write(piece, "latin1");
      await sleep(30);
    }
    await sleep(30);
    const statuses = Array.from(received.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status));
    return { statuses, received };
  };
  return { send };
}

const requestOf = (body: string, path = "/") =>
  `PUT ${path} HTTP/1.1\r\nHost: stub\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

test("a whole request is refused before it is one, again and again; and taken once there is room", async () => {
  const { state, send } = await site();
  for (let turn = 0; turn < 3; turn += 1) expect((await send(requestOf("{}"))).statuses).toEqual([503]);
  expect(state.handled).toBe(0);

  state.over = false;
  expect((await send(requestOf("{}"))).received).toContain("[/ {}]");
  state.over = true;
  expect((await send(requestOf("{}"))).statuses).toEqual([503]);
  expect(state.handled).toBe(1);
});

test("what is exempt, in pieces, or more than one goes the usual way", async () => {
  for (const pieces of [
    [requestOf("{}", "/livez")],
    [requestOf("{}").slice(0, 20), requestOf("{}").slice(20)],
    [requestOf("{}").slice(0, -1), "}"],
    [requestOf("{}") + requestOf("[]")],
    ["PUT / HTTP/1.1\r\nHost: stub\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
  ]) {
    const { state, send } = await site();
    const { statuses } = await send(...pieces);
    expect([new Set(statuses), state.handled]).toEqual([new Set([200]), statuses.length]);
  }
});

test("behind a request that is not answered yet, another one waits for its turn", async () => {
  const { state, send } = await site();
  state.over = false;
  const answers = send(requestOf("{}", "/slow"), requestOf("[]"), "");
  await sleep(10);
  state.over = true;
  expect((await answers).statuses.at(0)).not.toBe(503);
  await sleep(100);
  expect(state.handled).toBe(2);
});

test("a body that looks like a request is never answered as one, however it is cut", async () => {
  const inner = requestOf("{}");
  const outer = requestOf(inner, "/outer");
  const head = outer.slice(0, outer.length - inner.length);
  for (const pieces of [
    [head, inner],
    [head.slice(0, 10), head.slice(10), inner],
    [`${head}${inner.slice(0, 5)}`, inner.slice(5)],
  ]) {
    const { state, send } = await site();
    expect((await send(...pieces)).received).toContain(`[/outer ${inner}]`);
    expect(state.handled).toBe(1);
  }
});

test("after a request in pieces, the next whole one is refused early again", async () => {
  const { state, send } = await site();
  await send(requestOf("{}").slice(0, -2), "{}");
  expect((await send(requestOf("{}"))).statuses).toEqual([503]);
  expect(state.handled).toBe(1);
});

test("where requests end is uncertain after chunks or two at once: then the parser has all that follows", async () => {
  for (const first of [
    "PUT / HTTP/1.1\r\nHost: stub\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    requestOf("{}") + requestOf("[]"),
  ]) {
    const { state, send } = await site();
    await send(first);
    const before = state.handled;
    expect((await send(requestOf("{}"))).statuses).toEqual([200]);
    expect(state.handled).toBe(before + 1);
  }
});

test("early or not, the refusal reads the same", async () => {
  const database = await temporaryPostgres();
  const { server } = await startStubWithClient({ database, load: { inFlight: 1 } });
  const finish = await holdUser(database, "u-ada");
  const held = put(server);
  const { authorization, host } = { authorization: basicHeader(server).Authorization, host: new URL(server.url).host };
  const body = JSON.stringify(signIn());
  const head = (...fields: string[]) =>
    ["PUT /v1/users/u-bob/$sync HTTP/1.1", `Host: ${host}`, `Authorization: ${authorization}`, ...fields, "", ""].join(
      "\r\n",
    );
  const { send } = await open(Number(new URL(server.url).port));
  await expect
    .poll(async () => (await send(head(`Content-Length: ${body.length}`, "X-Request-Id: mine") + body)).statuses)
    .toEqual([503]);

  const early = await send(head(`Content-Length: ${body.length}`, "X-Request-Id: mine") + body);
  const usual = await send(`${head("Transfer-Encoding: chunked", "X-Request-Id: mine")}0\r\n\r\n`);

  const withoutDate = ({ received }: { received: string }) => received.replace(/Date: [^\r]+/, "Date");
  expect(withoutDate(early)).toBe(withoutDate(usual));
  expect(early.received).toContain("Retry-After: 1\r\nX-Request-Id: mine\r\n");
  await finish();
  expect((await held).status).toBe(200);
});

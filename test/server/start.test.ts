import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openConnection, putBytes } from "../../scripts/shared/connection.ts";
import { until } from "../../scripts/shared/program.ts";
import { startStub } from "../../server/stub/start-stub.ts";
import { acme, basicHeader, clientOf, signIn, startStubWithClient } from "../helpers/stub.ts";

test("twenty servers in one process do not affect each other", async () => {
  const stubs = await Promise.all(Array.from({ length: 20 }, () => startStubWithClient()));
  const [first, ...others] = stubs;
  await first?.client.syncUserIdentity("u-ada", signIn({ attributes: { department: "Engines" } }));

  expect(new Set(stubs.map(({ server }) => server.url)).size).toBe(20);
  for (const { client } of others) {
    const { user } = await client.syncUserIdentity("u-ada", signIn());
    expect(user?.attributes).toEqual([]);
  }
});

test("another server rejects the demo credentials", async () => {
  const [one, other] = [await startStubWithClient(), await startStubWithClient()];
  const client = clientOf(one.server, { baseUrl: other.server.url });
  expect(await client.safeSyncUserIdentity("u-ada", signIn())).toMatchObject({ ok: false, error: { status: 401 } });
});

test("a shutdown responds to a request that arrives on an idle connection while the event loop is busy", async () => {
  const server = await startStub({ directory: acme() });
  const bytes = putBytes(`${server.url}/v1/users/u-ada/$sync`, basicHeader(server), JSON.stringify(signIn()));
  const { send } = openConnection(server.url);
  expect((await send(bytes)).status).toBe(200);
  const ended = server.end({ graceMs: 50 });
  const isClosed = () =>
    fetch(server.url, { headers: { Connection: "close" } }).then(
      () => false,
      () => true,
    );
  await until(isClosed, 5_000);
  const reply = send(bytes);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  expect(await reply).toMatchObject({ status: 200, closes: true });
  expect(await ended).toBe(true);
});

test("a shutdown closes the connection of a request in progress after its response, and frees the port", async () => {
  const server = await startStub({ directory: acme() });
  const bytes = putBytes(`${server.url}/v1/users/u-ada/$sync`, basicHeader(server), JSON.stringify(signIn()));
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.write(bytes.subarray(0, -20));
  await sleep(100);

  const start = performance.now();
  const ended = server.end({ graceMs: 300 });
  socket.write(bytes.subarray(-20));
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\nConnection: close\r\n.*"isAuthenticated":true/s);
  expect(await ended).toBe(true);
  // A connection kept alive would delay it by five seconds.
  expect(performance.now() - start).toBeLessThan(4_000);
  expect(await clientOf(server).safeSyncUserIdentity("u-ada", signIn())).toMatchObject({ error: { kind: "network" } });
});

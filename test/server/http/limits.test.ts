import { request } from "node:http";
import { expect, test } from "vitest";
import type { RunningStub } from "../../../server/stub/start-stub.ts";
import { expectProblemDocument } from "../../helpers/bad-input.ts";
import { holdUser, temporaryPostgres } from "../../helpers/postgres.ts";
import { basicHeader, JSON_TYPE, put, signIn, startStubWithClient } from "../../helpers/stub.ts";

/** The value of a metric; NaN if it has none. */
async function metric({ url }: RunningStub, name: string): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split("\n");
  return Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length));
}

const inFlight = (server: RunningStub) => metric(server, "nexus_sync_requests_in_flight");

test("a request over the in-flight limit is rejected with 503 before authentication; health paths are exempt", async () => {
  const database = await temporaryPostgres();
  const { server } = await startStubWithClient({ database, load: { inFlight: 2 } });
  const release = await holdUser(database, "u-ada");
  const pending = [put(server), put(server)];
  await expect.poll(() => inFlight(server)).toBe(2);

  const response = await put(server, { headers: { Authorization: "Basic wrong", "X-Request-Id": "mine" } });
  expect(response.status).toBe(503);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    ...{ "content-type": "application/problem+json", "retry-after": "1", "x-request-id": "mine" },
  });
  const body = await response.json();
  expectProblemDocument(503, body);
  expect(body).toMatchObject({ type: "urn:nexus-sync:problem:overloaded", status: 503, instance: "mine" });
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  expect(await metric(server, 'nexus_sync_sheds_total{reason="in-flight"}')).toBe(1);

  await release();
  for (const { status } of await Promise.all(pending)) expect(status).toBe(200);
  expect((await put(server)).status).toBe(200);
});

test("requests whose body has not arrived do not count for the in-flight limit", async () => {
  const { server } = await startStubWithClient({ load: { inFlight: 1 } });
  const text = JSON.stringify(signIn());
  const slow = Array.from({ length: 5 }, () => {
    const headers = { ...basicHeader(server), ...JSON_TYPE, "Transfer-Encoding": "chunked" };
    const outgoing = request(`${server.url}/v1/users/u-ada/$sync`, { method: "PUT", headers });
    outgoing.write(text.slice(0, 10));
    const status = new Promise<number | undefined>((resolve, reject) => {
      outgoing.once("response", (response) => resolve(response.resume().statusCode)).once("error", reject);
    });
    return { status, finish: () => outgoing.end(text.slice(10)) };
  });
  await expect.poll(() => inFlight(server)).toBe(5);
  expect((await put(server)).status).toBe(200);
  for (const { finish, status } of slow) {
    finish();
    expect(await status).toBe(200);
  }
});

/** Blocks the event loop for `blockMs` at a time, until `isOver` returns true. */
async function blockEventLoop(blockMs: number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const end = performance.now() + blockMs;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

test("requests get a 503 while the event-loop delay is over the limit; health paths are exempt", async () => {
  const { server } = await startStubWithClient({ load: { delayMs: 40 } });
  const state = { isOver: false };
  const blocking = blockEventLoop(100, () => state.isOver);
  await expect.poll(async () => (await put(server)).status, { timeout: 5_000 }).toBe(503);
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  state.isOver = true;
  await blocking;
  await expect.poll(async () => (await put(server)).status, { timeout: 5_000 }).toBe(200);
  expect(await metric(server, 'nexus_sync_sheds_total{reason="delay"}')).toBeGreaterThan(0);
});

test("one long pause of the event loop does not shed load", async () => {
  const { server } = await startStubWithClient({ load: { delayMs: 1_000 } });
  const start = performance.now();
  await blockEventLoop(1_300, () => performance.now() - start > 1_200);
  for (let sent = 0; sent < 10; sent += 1) expect((await put(server)).status).toBe(200);
});

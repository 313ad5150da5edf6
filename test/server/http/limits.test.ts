import { request } from "node:http";
import { expect, test } from "vitest";
import { ProblemDetails } from "../../../generated/validators.js";
import type { RunningStub } from "../../../server/stub/start-stub.ts";
import { holdUser, temporaryPostgres } from "../../helpers/postgres.ts";
import { basicHeader, put, signIn, startStubWithClient } from "../../helpers/stub.ts";

/** A good request whose body does not come to its end until `finish`. */
function slowRequest({ url, ...server }: RunningStub) {
  const headers = {
    ...basicHeader({ url, ...server }),
    "Content-Type": "application/json",
    "Transfer-Encoding": "chunked",
  };
  const sent = request(`${url}/v1/users/u-ada/$sync`, { method: "PUT", headers });
  const text = JSON.stringify(signIn());
  sent.write(text.slice(0, 10));
  const status = new Promise<number | undefined>((resolve, reject) => {
    sent.once("response", (response) => resolve(response.resume().statusCode)).once("error", reject);
  });
  return { status, finish: () => sent.end(text.slice(10)) };
}

/** Keeps every sync of u-ada that has arrived whole waiting until `finish`. */
async function busyServer(inFlight: number) {
  const database = await temporaryPostgres();
  const { server } = await startStubWithClient({ database, load: { inFlight } });
  return { server, finish: await holdUser(database, "u-ada") };
}

test("more at work than allowed is 503 with Retry-After, whoever asks; health pages are exempt", async () => {
  const { server, finish } = await busyServer(2);
  const taken = [put(server), put(server)];
  await expect.poll(async () => metric(server, "nexus_sync_requests_in_flight")).toBe(3);

  const refused = await put(server, { headers: { Authorization: "Basic nobody", "X-Request-Id": "mine" } });
  expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("x-request-id")]).toEqual([
    503,
    "1",
    "mine",
  ]);
  expect(refused.headers.get("content-type")).toBe("application/problem+json");
  const body = await refused.json();
  expect(ProblemDetails(body)).toBe(true);
  expect(body).toMatchObject({ type: "urn:nexus-sync:problem:overloaded", status: 503, instance: "mine" });
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  expect(await metric(server, 'nexus_sync_sheds_total{reason="in-flight"}')).toBe(1);

  await finish();
  for (const answer of await Promise.all(taken)) expect(answer.status).toBe(200);
  expect((await put(server)).status).toBe(200);
});

test("bodies that are on their way hold no place", async () => {
  const { server } = await startStubWithClient({ load: { inFlight: 1 } });
  const slow = Array.from({ length: 5 }, () => slowRequest(server));
  await expect.poll(async () => metric(server, "nexus_sync_requests_in_flight")).toBe(6);
  expect((await put(server)).status).toBe(200);
  for (const { finish, status } of slow) {
    finish();
    expect(await status).toBe(200);
  }
});

async function metric({ url }: RunningStub, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.split(" ")
      .at(-1),
  );
}

/** Blocks the event loop for `blockMs` at a time, until `isOver`. */
async function blockEventLoop(blockMs: number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const end = performance.now() + blockMs;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

test("a mean event-loop delay over the limit is 503 until the delay falls; health pages are exempt", async () => {
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

test("a single long pause sheds nothing", async () => {
  const { server } = await startStubWithClient({ load: { delayMs: 1_000 } });
  const start = performance.now();
  await blockEventLoop(1_300, () => performance.now() - start > 1_200);
  for (let nth = 0; nth < 10; nth += 1) expect((await put(server)).status).toBe(200);
});

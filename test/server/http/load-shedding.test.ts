import { request } from "node:http";
import { expect, test } from "vitest";
import { ProblemDetails } from "../../../generated/validators.js";
import { createLateness, type Lateness } from "../../../server/http/lateness.ts";
import type { RunningServer } from "../../../server/running-server.ts";
import { holdUser, temporaryPostgres } from "../../helpers/postgres.ts";
import { basicHeader, put, signIn, startStubWithClient } from "../../helpers/stub.ts";

/** A good request whose body does not come to its end until `finish`. */
function slowRequest({ url, ...server }: RunningServer) {
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

async function metric({ url }: RunningServer, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.split(" ")
      .at(-1),
  );
}

/** Asks for one request after the other, each of which is taken unless it is late. */
function askedOf({ isLate, take }: Lateness): () => boolean {
  return () => {
    const late = isLate();
    if (!late) take();
    return late;
  };
}

/** Turns of the event loop, each `workMs` long, for `forMs`; answers whether the last moment of the last one was late. */
async function turns(isLate: () => boolean, workMs: number, forMs: number): Promise<boolean> {
  const until = performance.now() + forMs;
  let late = false;
  while (performance.now() < until) {
    isLate();
    const end = performance.now() + workMs;
    while (performance.now() < end) late = isLate();
    late = isLate();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return late;
}

test("an event loop is overloaded when its turns have been late for a while, until they were in time for a while", async () => {
  const isLate = askedOf(createLateness(10));
  expect(await turns(isLate, 20, 50)).toBe(false);
  expect(await turns(isLate, 20, 500)).toBe(true);
  expect(await turns(isLate, 0, 1)).toBe(false);
  expect(await turns(isLate, 20, 50)).toBe(true);
  expect(await turns(isLate, 0, 100)).toBe(false);
  expect(await turns(isLate, 20, 50)).toBe(false);
});

test("one long pause is no overload, and neither is work with rests between", async () => {
  const isLate = askedOf(createLateness(10));
  expect(await turns(isLate, 400, 1)).toBe(false);
  for (let turn = 0; turn < 12; turn += 1) {
    expect(await turns(isLate, 30, 1)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

test("the first few requests of a turn are taken, however late the turn", async () => {
  const isLate = askedOf(createLateness(10));
  expect(await turns(isLate, 20, 500)).toBe(true);
  for (let turn = 0; turn < 5; turn += 1) {
    const verdicts = [isLate()];
    const end = performance.now() + 30;
    while (performance.now() < end);
    for (let asked = 0; asked < 16; asked += 1) verdicts.push(isLate());
    expect(verdicts).toEqual([...Array(16).fill(false), true]);
    await new Promise((resolve) => setImmediate(resolve));
  }
});

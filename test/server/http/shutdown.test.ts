import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { type Connection, openConnection } from "../../../scripts/shared/connection.ts";
import { type ServerProcess, signInBytes, startServerProcess } from "../../../scripts/shared/server-process.ts";

async function start(...flags: string[]): Promise<ServerProcess> {
  const server = await startServerProcess("--log-level", "warn", ...flags);
  onTestFinished(() => void server.child.kill("SIGKILL"));
  return server;
}

interface Outcome {
  answered: number;
  /** Requests that were sent and not answered, each with why. */
  lost: string[];
}

/** A caller that sends one request after the other, over one connection where it may, until none can be made. */
async function callUntilRefused(server: ServerProcess): Promise<Outcome> {
  const outcome: Outcome = { answered: 0, lost: [] };
  for (;;) {
    const connection = openConnection(server.url);
    try {
      await once(connection.socket, "connect");
    } catch {
      return outcome;
    }
    await callUntilClosed(server, connection, outcome);
    connection.socket.destroy();
  }
}

async function callUntilClosed(server: ServerProcess, { send }: Connection, outcome: Outcome): Promise<void> {
  try {
    while (!(await send(signInBytes(server, outcome.answered))).closes) outcome.answered += 1;
    outcome.answered += 1;
  } catch (error) {
    outcome.lost.push((error as Error).message);
  }
}

test("SIGTERM under load: every request that was sent is answered, and it exits 0 within 10 s", async () => {
  const server = await start();
  const callers = Array.from({ length: 24 }, () => callUntilRefused(server));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const from = performance.now();
  expect(await server.end()).toBe(0);
  expect(performance.now() - from).toBeLessThan(10_000);
  const outcomes = await Promise.all(callers);
  expect(outcomes.flatMap(({ lost }) => lost)).toEqual([]);
  for (const { answered } of outcomes) expect(answered).toBeGreaterThan(1);
});

/** A request whose body never comes to its end. */
async function hangingRequest(server: ServerProcess) {
  const { socket, send } = openConnection(server.url);
  await once(socket, "connect");
  const reply = send(signInBytes(server, 1).subarray(0, -5)).catch((error: Error) => error.message);
  await new Promise((resolve) => setTimeout(resolve, 100));
  return reply;
}

test("a second signal cuts what is left, and it exits 1", async () => {
  const server = await start();
  const reply = hangingRequest(server);
  await new Promise((resolve) => setTimeout(resolve, 200));
  server.child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  expect(server.child.exitCode).toBe(null);
  expect(await server.end()).toBe(1);
  expect(await reply).toMatch(/closed|ECONNRESET/);
});

test("the deadline cuts what is left before 10 s are over, and it exits 1", async () => {
  const server = await start();
  const reply = hangingRequest(server);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const from = performance.now();
  expect(await server.end()).toBe(1);
  expect(performance.now() - from).toBeLessThan(10_000);
  expect(await reply).toMatch(/closed|ECONNRESET/);
});

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type Connection, openConnection } from "../../../scripts/shared/connection.ts";
import { until } from "../../../scripts/shared/program.ts";
import {
  DEMO_PAIR,
  DEMO_SECRET,
  readyFrom,
  type ServerProcess,
  signInBytes,
  startServerProcess,
} from "../../../scripts/shared/server-process.ts";
import { startTestProgram } from "../../helpers/program.ts";
import { acme } from "../../helpers/stub.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

async function start(...flags: string[]): Promise<ServerProcess> {
  const server = await startServerProcess("--log-level", "warn", ...flags);
  onTestFinished(() => void server.child.kill("SIGKILL"));
  return server;
}

interface Outcome {
  responses: number;
  /** Messages of requests that got no response. */
  errors: string[];
}

/** Sends requests one after another, reconnects after a closed connection, and ends when the port is closed. */
async function sendUntilRefused(server: ServerProcess, outcome: Outcome): Promise<void> {
  for (;;) {
    const connection = openConnection(server.url);
    try {
      await once(connection.socket, "connect");
    } catch {
      return;
    }
    await sendUntilClosed(server, connection, outcome);
    connection.socket.destroy();
  }
}

async function sendUntilClosed(server: ServerProcess, { send }: Connection, outcome: Outcome): Promise<void> {
  try {
    for (let closes = false; !closes; outcome.responses += 1) {
      ({ closes } = await send(signInBytes(server, outcome.responses)));
    }
  } catch (error) {
    outcome.errors.push((error as Error).message);
  }
}

test("a SIGTERM under load loses no request, and the exit code is 0 within 10 s", async () => {
  const server = await start();
  const outcomes = Array.from({ length: 24 }, (): Outcome => ({ responses: 0, errors: [] }));
  const callers = outcomes.map((outcome) => sendUntilRefused(server, outcome));
  await until(() => outcomes.every(({ responses }) => responses > 10), 20_000);
  const signalled = performance.now();
  expect(await server.end()).toBe(0);
  expect(performance.now() - signalled).toBeLessThan(10_000);
  await Promise.all(callers);
  expect(outcomes.flatMap(({ errors }) => errors)).toEqual([]);
});

/** A server with a request whose body never ends, and the error that the request gets. */
async function startWithHangingRequest() {
  const server = await start();
  const { socket, send } = openConnection(server.url);
  await once(socket, "connect");
  const error = send(signInBytes(server, 1).subarray(0, -5)).then(String, ({ message }: Error) => message);
  await sleep(300);
  return { server, error };
}

test.for(["SIGTERM", "SIGINT"] as const)(
  "%s to npm and to its server, as systemd and terminals send it, is one signal, although npm repeats it",
  async (signal) => {
    const flags = ["--port", "0", "--control-port", "none"];
    const env = { ...process.env, NEXUS_SYNC_DEMO_SECRET: DEMO_SECRET };
    const npm = startTestProgram(["npm", "start", "--", ...flags], { env, detached: true });
    const group = -(npm.child.pid ?? Number.NaN);
    onTestFinished(() => void (npm.isRunning() && process.kill(group, "SIGKILL")));
    const { url } = await readyFrom(npm);
    const bytes = signInBytes({ url, authorization: `Basic ${btoa(DEMO_PAIR)}` }, 1);
    const { socket, send } = openConnection(url);
    const reply = send(bytes.subarray(0, -5));
    await sleep(300);
    process.kill(group, signal);
    await npm.printed(/"msg":"signal"/);
    await sleep(500);
    socket.write(bytes.subarray(-5));
    expect((await reply).status).toBe(200);
    expect((await npm.ended).output).toContain('"isComplete":true');
  },
);

test("connections that have sent nothing do not delay the end, and the exit code is 0", async () => {
  const server = await start();
  const { socket } = openConnection(server.url);
  await once(socket, "connect");
  expect(await server.end()).toBe(0);
});

test("a second signal closes the connections in use, and the exit code is 1", async () => {
  const { server, error } = await startWithHangingRequest();
  server.child.kill("SIGINT");
  await sleep(300);
  expect(server.child.exitCode).toBe(null);
  expect(await server.end()).toBe(1);
  expect(await error).toMatch(/closed|ECONNRESET/);
});

test("the deadline closes the connections in use before 10 s, and the exit code is 1", async () => {
  const { server, error } = await startWithHangingRequest();
  const signalled = performance.now();
  expect(await server.end()).toBe(1);
  expect(performance.now() - signalled).toBeLessThan(10_000);
  expect(await error).toMatch(/closed|ECONNRESET/);
});

/** Bytes of a response that do not fit into the buffers of the system. */
const LARGE = 16_000_000;

/** A server, a client that has read only the first bytes of a large response, and that response. */
async function startWithSlowReader() {
  const directory = join(temporaryFolder(), "directory.json");
  const { users: [ada] = [], ...others } = acme();
  writeFileSync(directory, JSON.stringify({ users: [{ ...ada, note: "x".repeat(LARGE) }], ...others }));
  const server = await start("--directory", directory, "--user-limit", "100mb");
  const { socket, send } = openConnection(server.url);
  const reply = send(signInBytes(server, 1)).then(({ status, body }) => [status, body.length > LARGE], String);
  await once(socket, "data");
  socket.pause();
  return { server, socket, reply };
}

test("a SIGTERM does not cut off a response that the client reads slowly, and the exit code is 0", async () => {
  const { server, socket, reply } = await startWithSlowReader();
  const ended = server.end();
  // The port is closed, and idle connections too.
  await sleep(3_000);
  socket.resume();
  expect(await reply).toEqual([200, true]);
  expect(await ended).toBe(0);
});

test("the deadline closes the connection of a client that does not read its response, and the exit code is 1", async () => {
  const { server, socket } = await startWithSlowReader();
  onTestFinished(() => void socket.destroy());
  const signalled = performance.now();
  expect(await server.end()).toBe(1);
  expect(performance.now() - signalled).toBeLessThan(10_000);
});

import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { putBytes } from "../../../scripts/shared/connection.ts";
import type { RunningStub } from "../../../server/stub/start-stub.ts";
import { holdUser, temporaryPostgres } from "../../helpers/postgres.ts";
import { basicHeader, signIn, startStubWithClient } from "../../helpers/stub.ts";

const GARBAGE = "GARBAGE\r\n\r\n";

/** A sync as bytes. */
function syncBytes(server: RunningStub): Buffer {
  return putBytes(`${server.url}/v1/users/u-ada/$sync`, basicHeader(server), JSON.stringify(signIn()));
}

/** A connection whose client never closes its side. */
async function halfOpen({ url }: RunningStub) {
  const { port, hostname } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  const received: string[] = [];
  socket.on("data", (bytes) => received.push(bytes.toString()));
  socket.on("error", () => {});
  const statuses = () => Array.from(received.join("").matchAll(/^HTTP\/1\.1 (\d+)/gm), ([, status]) => Number(status));
  // Listened for from the beginning: the server may end the connection at any time.
  return { socket, statuses, ended: once(socket, "end") };
}

test("invalid bytes behind a complete request leave that request its own response", async () => {
  const { server } = await startStubWithClient();
  const { socket, statuses, ended } = await halfOpen(server);
  socket.write(syncBytes(server) + GARBAGE);
  await ended;
  expect(statuses()).toEqual([200]);
});

test("invalid bytes do not reject a complete request that still waits for PostgreSQL", async () => {
  const database = await temporaryPostgres();
  const { server } = await startStubWithClient({ database });
  const release = await holdUser(database, "u-ada");
  const { socket, statuses, ended } = await halfOpen(server);
  socket.write(syncBytes(server));
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.write(GARBAGE);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(statuses()).toEqual([]);
  await release();
  await ended;
  expect(statuses()).toEqual([200]);
});

test("a rejected connection does not delay the shutdown by more than 1 s, although its client keeps its side open", async () => {
  const { server } = await startStubWithClient();
  const { socket, statuses, ended } = await halfOpen(server);
  socket.write(GARBAGE);
  await ended;
  expect(statuses()).toEqual([400]);
  const start = performance.now();
  await server.close();
  expect(performance.now() - start).toBeLessThan(1_000);
});

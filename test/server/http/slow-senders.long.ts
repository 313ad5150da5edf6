import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openConnection } from "../../../scripts/shared/connection.ts";
import { type ServerProcess, signInBytes, startServerProcess } from "../../../scripts/shared/server-process.ts";

const EACH = 500;
const GOOD_A_SECOND = 50;
const MOST_MS = 15_000;

interface Sender {
  socket: Socket;
  /** Milliseconds from its first byte until the server closed it. */
  ended: Promise<number>;
}

/** A connection that sends what `bytesAt` gives, a bit every second, and reads whatever comes. */
function openSlow({ url }: ServerProcess, bytesAt: (second: number) => Buffer): Sender {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const start = performance.now();
  let second = 0;
  const timer = setInterval(() => {
    second += 1;
    socket.write(bytesAt(second));
  }, 1_000);
  socket.write(bytesAt(0));
  socket.resume();
  socket.on("error", () => {});
  const ended = new Promise<number>((resolve) => {
    socket.once("close", () => {
      clearInterval(timer);
      resolve(performance.now() - start);
    });
  });
  return { socket, ended };
}

test("500 slow headers, 500 slow bodies and 500 idle sockets leave 50 good requests a second all answered", async () => {
  const server = await startServerProcess("--log-level", "warn");
  onTestFinished(async () => void (await server.end()));
  const bytes = signInBytes(server, 1);
  const bodyAt = bytes.indexOf("\r\n\r\n") + 4;
  const slowHead = (second: number) => (second === 0 ? bytes.subarray(0, 20) : Buffer.from("x"));
  const slowBody = (second: number) =>
    second === 0 ? bytes.subarray(0, bodyAt + 1) : bytes.subarray(bodyAt + second, bodyAt + second + 1);
  const senders = Array.from({ length: EACH }, () => [openSlow(server, slowHead), openSlow(server, slowBody)]).flat();
  const { hostname, port } = new URL(server.url);
  const idle = Array.from({ length: EACH }, () =>
    connect(Number(port), hostname)
      .on("error", () => {})
      .resume(),
  );

  const statuses: number[] = [];
  const good = openConnection(server.url);
  const seconds = MOST_MS / 1_000;
  for (let sent = 0; sent < seconds * GOOD_A_SECOND; sent += 1) {
    statuses.push((await good.send(signInBytes(server, sent))).status);
    await new Promise((resolve) => setTimeout(resolve, 1_000 / GOOD_A_SECOND));
  }
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  const ends = await Promise.all(senders.map(({ ended }) => ended));
  expect(Math.max(...ends)).toBeLessThan(MOST_MS);
  // Slow from the start, and not refused at once for something else.
  expect(Math.min(...ends)).toBeGreaterThan(9_000);
  for (const socket of [...idle, good.socket]) socket.destroy();
}, 60_000);

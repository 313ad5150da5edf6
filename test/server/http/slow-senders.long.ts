import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openConnection } from "../../../scripts/shared/connection.ts";
import { type ServerProcess, signInBytes, startServerProcess } from "../../../scripts/shared/server-process.ts";

const COUNT = 500;
const GOOD_PER_SECOND = 50;
const MAX_MS = 15_000;

function open({ url }: ServerProcess) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).resume();
  return socket.on("error", () => {});
}

/** Sends one part every second, and resolves with the milliseconds after which the server closed the connection. */
function sendSlowly(server: ServerProcess, partAt: (second: number) => Buffer): Promise<number> {
  const socket = open(server);
  const start = performance.now();
  let second = 0;
  const sendPart = () => void socket.write(partAt(second++));
  sendPart();
  const timer = setInterval(sendPart, 1_000);
  return new Promise((resolve) => {
    socket.once("close", () => {
      clearInterval(timer);
      resolve(performance.now() - start);
    });
  });
}

test("500 slow headers, 500 slow bodies and 500 idle connections do not fail 50 good requests a second", async () => {
  const server = await startServerProcess("--log-level", "warn");
  onTestFinished(async () => void (await server.end()));
  const bytes = signInBytes(server, 1);
  const bodyAt = bytes.indexOf("\r\n\r\n") + 4;
  const slowHeaders = (second: number) => (second === 0 ? bytes.subarray(0, 20) : Buffer.from("x"));
  const slowBody = (second: number) => bytes.subarray(second === 0 ? 0 : bodyAt + second, bodyAt + second + 1);
  const each = Array.from({ length: COUNT });
  const slow = each.flatMap(() => [sendSlowly(server, slowHeaders), sendSlowly(server, slowBody)]);
  const idle = each.map(() => open(server));

  const statuses: number[] = [];
  const good = openConnection(server.url);
  for (let sent = 0; sent < (MAX_MS / 1_000) * GOOD_PER_SECOND; sent += 1) {
    statuses.push((await good.send(signInBytes(server, sent))).status);
    await sleep(1_000 / GOOD_PER_SECOND);
  }
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  const ends = await Promise.all(slow);
  expect(Math.max(...ends)).toBeLessThan(MAX_MS);
  // No connection was closed early, for a reason other than the time limit.
  expect(Math.min(...ends)).toBeGreaterThan(9_000);
  for (const socket of [...idle, good.socket]) socket.destroy();
}, 60_000);

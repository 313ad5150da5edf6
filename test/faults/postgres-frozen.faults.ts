import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openConnection } from "../../scripts/shared/connection.ts";
import { requestBytes, sendOnce } from "./recorder.ts";
import { createPostgresScene } from "./scene.ts";

/** A server with several connections to a database that has been frozen. */
async function frozenScene() {
  const { postgres, userIds, startServer } = await createPostgresScene({ users: 4 });
  const server = await startServer();
  const { target } = server;
  const sync = (userId: string, token: string) => sendOnce(target, requestBytes(target, { userId, token }));
  const replies = await Promise.all(userIds.map((userId) => sync(userId, "t-a.1")));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  onTestFinished(() => postgres.thaw());
  postgres.freeze();
  return { server, startServer, sync };
}

/** Sends SIGTERM; the exit code and the milliseconds until the end. */
async function timedEnd({ end }: Awaited<ReturnType<typeof frozenScene>>["server"]) {
  const start = performance.now();
  const ended = await Promise.race([end(), setTimeout(20_000, { code: "none within 20 s" })]);
  return { code: ended.code, ms: performance.now() - start };
}

test("a server on a frozen database ends with 0 within 10 s of a SIGTERM, after the syncs in progress have got a 503", {
  timeout: 60_000,
}, async () => {
  const { server, sync } = await frozenScene();
  const inProgress = ["u-1", "u-2"].map((userId) => sync(userId, "t-a.2"));
  await setTimeout(200);
  const { code, ms } = await timedEnd(server);
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
  expect((await Promise.all(inProgress)).map(({ status }) => status)).toEqual([503, 503]);
});

test("a sync that begins before the deadline and waits for a frozen database does not delay the end beyond 10 s", {
  timeout: 60_000,
}, async () => {
  const { server } = await frozenScene();
  const bytes = requestBytes(server.target, { userId: "u-1", token: "t-a.2" });
  const { socket, send } = openConnection(server.url);
  const error = send(bytes.subarray(0, -1)).then(String, ({ message }: Error) => message);
  const ended = timedEnd(server);
  await setTimeout(8_000);
  socket.write(bytes.subarray(-1));
  const { code, ms } = await ended;
  expect(code).toBe(1);
  expect(ms).toBeLessThan(10_000);
  expect(await error).toMatch(/closed|ECONNRESET/);
});

test("a server does not start on a frozen database, and exits with 2", { timeout: 60_000 }, async () => {
  const { startServer } = await frozenScene();
  await expect(Promise.race([startServer(), setTimeout(20_000)])).rejects.toThrow(/ended with 2 .* can't be used/);
});

import { expect, test } from "vitest";
import { createLog } from "../../../server/http/log.ts";
import { userIdHash } from "../../../server/http/request-log.ts";
import { put, startStubWithClient } from "../../helpers/stub.ts";

function startLog(isPretty: boolean) {
  const texts: string[] = [];
  const log = createLog({ level: "info", isPretty, output: { write: (text) => texts.push(text) } });
  return { texts, log };
}

test("log lines have one hash per user, and never the user id", async () => {
  const { texts, log } = startLog(false);
  const { server } = await startStubWithClient({ log, formatUserId: userIdHash("planted-key") });
  for (const userId of ["u-ada", "u-ada", "u-other"]) await put(server, { path: `/v1/users/${userId}/$sync` });
  await expect.poll(() => texts.length).toBe(3);
  const [first, second, other] = texts.map((text) => JSON.parse(text));
  expect(first.user).toMatch(/^[\w-]{16}$/);
  expect(second.user).toBe(first.user);
  expect(other.user).not.toBe(first.user);
  expect(texts.join()).not.toMatch(/u-ada|u-other|planted/);
  expect(first).toMatchObject({ method: "PUT", route: "/v1/users/{userId}/$sync", status: 200, caller: "demo-key" });
});

test("a log line has the client's address, and the trace id of a valid traceparent", async () => {
  const { texts, log } = startLog(false);
  const { server } = await startStubWithClient({ log, trustProxy: 1 });
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const valid = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, "X-Forwarded-For": "203.0.113.7" };
  await put(server, { headers: valid });
  for (const traceparent of [
    `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
    `00-${traceId}`,
    "planted",
    `ff-${traceId}-00f067aa0ba902b7-01`,
  ])
    await put(server, { headers: { traceparent } });
  await expect.poll(() => texts.length).toBe(5);
  const [first, ...others] = texts.map((text) => JSON.parse(text));
  expect(first).toMatchObject({ traceId, client: "203.0.113.7" });
  for (const other of others) {
    expect(other).toMatchObject({ client: "127.0.0.1" });
    expect(other).not.toHaveProperty("traceId");
  }
});

test("the key id that was tried is hashed in the log line of a 401 and 429, also if user ids are logged in clear", async () => {
  const { texts, log } = startLog(false);
  const { server } = await startStubWithClient({ log, formatUserId: (userId) => userId });
  const Authorization = `Basic ${btoa("planted-key-id:wrong")}`;
  for (let count = 0; count < 11; count += 1) await put(server, { headers: { Authorization } });
  await put(server);
  await put(server, { headers: { Authorization: "Basic planted" } });
  await expect.poll(() => texts.length).toBe(13);
  const lines = texts.map((text) => JSON.parse(text));
  expect(lines.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429, 200, 401]);
  const keys = lines.map(({ key }) => key);
  expect(keys[0]).toMatch(/^[\w-]{16}$/);
  expect(keys).toEqual([...Array(11).fill(keys[0]), undefined, undefined]);
  expect(texts.join()).not.toContain("planted");
});

test("probes and scrapes are logged at debug", async () => {
  const texts: string[] = [];
  const log = createLog({ level: "debug", isPretty: false, output: { write: (text) => texts.push(text) } });
  const { server } = await startStubWithClient({ log });
  for (const path of ["/livez", "/readyz", "/metrics"]) await fetch(server.url + path);
  await expect.poll(() => texts.length).toBe(3);
  const lines = texts.map((text) => JSON.parse(text));
  expect(lines.map(({ level, msg, route, status }) => ({ level, msg, route, status }))).toEqual(
    ["/livez", "/readyz", "/metrics"].map((route) => ({ level: 20, msg: "probe", route, status: 200 })),
  );
});

test("hashes without a configured key differ between starts", () => {
  expect(userIdHash()("u-ada")).not.toBe(userIdHash()("u-ada"));
});

test("a line for a terminal is readable", async () => {
  const { texts, log } = startLog(true);
  const { server } = await startStubWithClient({ log, formatUserId: (userId) => userId });
  await put(server, { headers: { "X-Request-Id": "mine" } });
  await expect.poll(() => texts.length).toBe(1);
  expect(texts[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} info PUT \/v1\/users\/\{userId\}\/\$sync 200 request [\d.]+ ms requestId="mine" client="127\.0\.0\.1" caller="demo-key" user="u-ada"\n$/,
  );
});

test("members of an error that may contain a request are not logged", () => {
  const { texts, log } = startLog(false);
  const error = Object.assign(new Error("It failed."), { body: "planted", headers: { authorization: "planted" } });
  log.error({ requestId: "mine", err: error }, "internal-error");
  expect(texts.join()).toContain("It failed.");
  expect(texts.join()).not.toContain("planted");
});

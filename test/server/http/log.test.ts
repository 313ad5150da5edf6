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

test("hashes without a configured key differ between starts", () => {
  expect(userIdHash()("u-ada")).not.toBe(userIdHash()("u-ada"));
});

test("a line for a terminal is readable", async () => {
  const { texts, log } = startLog(true);
  const { server } = await startStubWithClient({ log, formatUserId: (userId) => userId });
  await put(server, { headers: { "X-Request-Id": "mine" } });
  await expect.poll(() => texts.length).toBe(1);
  expect(texts[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} info PUT \/v1\/users\/\{userId\}\/\$sync 200 request [\d.]+ ms requestId="mine" caller="demo-key" user="u-ada"\n$/,
  );
});

test("members of an error that may contain a request are not logged", () => {
  const { texts, log } = startLog(false);
  const error = Object.assign(new Error("It failed."), { body: "planted", headers: { authorization: "planted" } });
  log.error({ requestId: "mine", err: error }, "internal-error");
  expect(texts.join()).toContain("It failed.");
  expect(texts.join()).not.toContain("planted");
});

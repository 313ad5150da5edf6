import { expect, test } from "vitest";
import { createLog } from "../../../server/http/log.ts";
import { userIdHash } from "../../../server/http/request-log.ts";
import { put, startStubWithClient } from "../../helpers/stub.ts";

function logged(isPretty: boolean) {
  const texts: string[] = [];
  const log = createLog({ level: "info", isPretty, output: { write: (text) => texts.push(text) } });
  return { texts, log };
}

test("one user's lines have one hash, another's another, and the id is in none", async () => {
  const { texts, log } = logged(false);
  const { server } = await startStubWithClient({ log, formatUserId: userIdHash("planted-key") });
  await put(server);
  await put(server);
  await put(server, { path: "/v1/users/u-other/$sync" });
  await expect.poll(() => texts.length).toBe(3);
  const [one, again, other] = texts.map((text) => JSON.parse(text));
  expect(one.user).toMatch(/^[\w-]{16}$/);
  expect(again.user).toBe(one.user);
  expect(other.user).not.toBe(one.user);
  expect(texts.join()).not.toMatch(/u-ada|u-other|planted/);
  expect(one).toMatchObject({ method: "PUT", route: "/v1/users/{userId}/$sync", status: 200, caller: "demo-key" });
});

test("without a key hashes of two starts can't be told to be one user's", () => {
  expect(userIdHash()("u-ada")).not.toBe(userIdHash()("u-ada"));
});

test("on a terminal a line is for people", async () => {
  const { texts, log } = logged(true);
  const { server } = await startStubWithClient({ log, formatUserId: (userId) => userId });
  await put(server, { headers: { "X-Request-Id": "mine" } });
  await expect.poll(() => texts.length).toBe(1);
  expect(texts[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} info PUT \/v1\/users\/\{userId\}\/\$sync 200 request [\d.]+ ms requestId="mine" caller="demo-key" user="u-ada"\n$/,
  );
});

test("what an error carries of a request is not written", () => {
  const { texts, log } = logged(false);
  const error = Object.assign(new Error("It failed."), { body: "planted", headers: { authorization: "planted" } });
  log.error({ requestId: "mine", err: error }, "internal-error");
  expect(texts.join()).toContain("It failed.");
  expect(texts.join()).not.toContain("planted");
});

import { expect, test } from "vitest";
import { leaks } from "./run-log.ts";
import { put, signIn, startStubWithClient } from "./stub.ts";

test("a secret, a token, an attribute's value or a user's id in the log of the run is found", () => {
  const log = '{"msg":"request"}\n{"user":"u-ada"}\n{"err":"planted-department"}\n{"token":"abc.def"}\n';
  expect(leaks(log, ["abc.def", ""])).toEqual([
    `'u-ada' in: {"user":"u-ada"}`,
    `'planted' in: {"err":"planted-department"}`,
    `'abc.def' in: {"token":"abc.def"}`,
  ]);
});

test("attributes and secrets are planted in requests of this run, good and bad", async () => {
  const { server } = await startStubWithClient();
  const body = signIn({ attributes: { department: "planted-value", name: "planted".repeat(40) } });
  expect((await put(server, { body })).status).toBe(400);
  expect((await put(server, { body: signIn({ attributes: { department: "planted-value" } }) })).status).toBe(200);
  expect((await put(server, { body: "planted {" })).status).toBe(400);
  expect((await put(server, { headers: { Authorization: "Basic cGxhbnRlZDpwbGFudGVk" } })).status).toBe(401);
  expect((await put(server, { path: "/v1/users/planted/$sync" })).status).toBe(404);
});

import { expect, test } from "vitest";
import { leaks } from "./run-log.ts";
import { put, signIn, startStubWithClient } from "./stub.ts";

test("secrets, tokens, attribute values and user ids in the log of the run are found", () => {
  const log = '{"msg":"request"}\n{"user":"u-ada"}\n{"err":"planted-department"}\n{"token":"abc.def"}\n';
  expect(leaks(log, ["abc.def", ""])).toEqual([
    `'u-ada' in: {"user":"u-ada"}`,
    `'planted' in: {"err":"planted-department"}`,
    `'abc.def' in: {"token":"abc.def"}`,
  ]);
});

test("good and bad requests with planted secrets and attribute values reach the log of this run", async () => {
  const { server } = await startStubWithClient();
  const body = signIn({ attributes: { department: "planted-value", name: "planted".repeat(40) } });
  expect((await put(server, { body })).status).toBe(400);
  expect((await put(server, { body: signIn({ attributes: { department: "planted-value" } }) })).status).toBe(200);
  expect((await put(server, { body: "planted {" })).status).toBe(400);
  expect((await put(server, { headers: { Authorization: "Basic cGxhbnRlZDpwbGFudGVk" } })).status).toBe(401);
  expect((await put(server, { path: "/v1/users/planted/$sync" })).status).toBe(404);
});

import { expect, test } from "vitest";
import { startStub } from "../../../server/stub/start-stub.ts";
import { acme, put, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { temporaryDatabase } from "../../helpers/temporary-folder.ts";

const value = "v".repeat(200_000);

test("a sync that would make the stored user larger than 1 MB is a 400 at its longest claim and stores nothing", async () => {
  const { server } = await startStubWithClient({ directory: acme() });
  const sync = (attributes: Record<string, string>) => put(server, { body: signIn({ attributes }) });
  for (let count = 0; count < 5; count += 1) expect((await sync({ [`large-${count}`]: value })).status).toBe(200);
  const before = await server.user("u-ada");
  const rejected = await sync({ first: "short", "large-5": value });
  expect(rejected.status).toBe(400);
  const detail = "must NOT make the stored user larger than 1048576 bytes";
  expect(await rejected.json()).toMatchObject({ errors: [{ pointer: "/attributes/1", detail }] });
  expect(await server.user("u-ada")).toEqual(before);
  expect((await sync({ "large-0": "short" })).status).toBe(200);
  expect((await sync({ "large-5": value })).status).toBe(200);
});

test("groups that would make the stored user too large are a 400 at the groups", async () => {
  const { server } = await startStubWithClient({ directory: acme(), userLimit: 10_000 });
  const groups = Array.from({ length: 1_000 }, (_, index) => `group-${index}`);
  const response = await put(server, { body: signIn({ groups, attributes: { department: "Engines" } }) });
  expect(await response.json()).toMatchObject({ status: 400, errors: [{ pointer: "/connection/groups" }] });
});

test("a user that is larger than the limit signs in, and may become smaller", async () => {
  const attributes = [{ id: 1, userId: "u-ada", name: "large", value, expires: null }];
  const database = temporaryDatabase();
  await (await startStub({ database, directory: acme({ user: { attributes } }) })).close();
  const { server } = await startStubWithClient({ database, directory: undefined, userLimit: 10_000 });
  for (const changes of [{}, { large: value.slice(1) }, { large: "small" }]) {
    expect((await put(server, { body: signIn({ attributes: changes }) })).status).toBe(200);
  }
  expect((await server.user("u-ada"))?.attributes).toMatchObject([{ value: "small" }]);
});

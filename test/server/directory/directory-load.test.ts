import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import type { Directory } from "../../../generated/types.ts";
import { DirectoryRefused } from "../../../server/directory/directory-refused.ts";
import { startStub } from "../../../server/stub/start-stub.ts";
import { acme, clientOf, names, signIn } from "../../helpers/stub.ts";
import { temporaryDatabase } from "../../helpers/temporary-folder.ts";

test("a server with an invalid directory does not start, and releases its database", async () => {
  const database = temporaryDatabase();
  const file = join(dirname(database), "directory.json");
  writeFileSync(file, JSON.stringify(acme({ users: [{ id: "u-1" }, { id: "u-2" }, { id: "u-1" }] })));

  await expect(startStub({ database, directory: file })).rejects.toThrow(
    new DirectoryRefused([`${file} /users/2: the id 'u-1' is already taken`]),
  );

  const server = await startStub({ database });
  onTestFinished(() => server.close());
  expect([await server.user("u-1"), await server.user("u-2")]).toEqual([undefined, undefined]);
});

const [ada] = acme().users;

/** The rows of all tables, except for the count of commits. */
function rowsOf(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = ["users", "identities", "roles", "role_connection_maps"];
  const rows = tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all());
  database.close();
  return rows;
}

test.each([
  ["an invalid entry", [{ id: "u-new" }, { id: "u-new" }], "directory /users/1: the id 'u-new' is already taken"],
  [
    "the identity of a stored user",
    [{ id: "u-new" }, { ...ada, id: "u-thief" }],
    expect.stringMatching(/^user 'u-thief': .* belongs to the stored user 'u-ada'$/),
  ],
])("a directory with %s does not change the database", async (_, users, problem) => {
  const database = temporaryDatabase();
  await (await startStub({ database, directory: acme() })).close();
  const before = rowsOf(database);

  const directory = acme({ users });
  await expect(startStub({ database, directory })).rejects.toMatchObject({ problems: [problem] });

  const server = await startStub({ database });
  onTestFinished(() => server.close());
  expect([await server.user("u-ada"), await server.user("u-new")]).toEqual([ada, undefined]);
  expect(rowsOf(database)).toEqual(before);
});

test("a restart with the same directory changes nothing, and one with an edited directory only the edited entries", async () => {
  const database = temporaryDatabase();
  const started = async (directory: Directory) => {
    const server = await startStub({ database, directory });
    const user = await server.user("u-ada");
    await server.close();
    return user;
  };
  const first = await started(acme());

  expect(await started(acme())).toEqual(first);
  expect(await started(acme({ user: { nickname: "edited" } }))).toEqual({ ...first, nickname: "edited" });
});

test("an expiry in a directory can have an offset without minutes", async () => {
  const roles = [{ id: "r-viewer", name: "Viewer", expires: "2999-01-01T00:00:00+05" }];
  const server = await startStub({ directory: acme({ user: { roles } }) });
  onTestFinished(() => server.close());

  expect(names((await clientOf(server).syncUserIdentity("u-ada", signIn())).roles)).toEqual(["Viewer"]);
});

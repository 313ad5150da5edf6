import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Directory } from "../../../generated/types.ts";
import { DirectoryRefused } from "../../../server/directory/directory-refused.ts";
import { startStub } from "../../../server/stub/start-stub.ts";
import { acme } from "../../helpers/stub.ts";
import { bytesOf, temporaryDatabase, temporaryFolder } from "../../helpers/temporary-folder.ts";

test("a server does not start with a bad directory, and lets go of its database", async () => {
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

test("what does not fit its schema never reaches the store, so that all problems are found", async () => {
  const users = [{ id: {} }, { id: 1 }, { identities: 7 }, null, { id: "u-1", roles: [{ id: "r-gone", name: "R" }] }];
  const file = join(temporaryFolder(), "directory.json");
  writeFileSync(file, JSON.stringify({ roles: [{ id: [] }], roleConnectionMaps: [{ roleId: {} }], users }));

  const refusal = await startStub({ directory: file }).catch((error: unknown) => error);

  expect(refusal).toBeInstanceOf(DirectoryRefused);
  expect((refusal as DirectoryRefused).problems).toEqual([
    `${file} /roles/0: must have required property 'name'`,
    `${file} /roles/0: must have required property 'audience'`,
    `${file} /roles/0/id: must be string`,
    `${file} /roleConnectionMaps/0: must have required property 'id'`,
    `${file} /roleConnectionMaps/0/roleId: must be string`,
    `${file} /users/0/id: must be string`,
    `${file} /users/1/id: must be string`,
    `${file} /users/2: must have required property 'id'`,
    `${file} /users/2/identities: must be array`,
    `${file} /users/3: must be object`,
    `${file} /users/4/roles/0: there is no role 'r-gone'`,
  ]);
});

test("a bad directory leaves a database with users as it was", async () => {
  const database = temporaryDatabase();
  await (await startStub({ database, directory: acme() })).close();
  const holder = await startStub({ database });
  const before = [bytesOf(database), await holder.user("u-ada")];
  await holder.close();

  const ada = { ...acme().users[0], id: "u-ada", nickname: "edited" };
  const edited = { ...acme({ users: [ada, { id: "u-new" }, { id: "u-new" }] }) };
  await expect(startStub({ database, directory: edited })).rejects.toThrow(DirectoryRefused);

  const server = await startStub({ database });
  onTestFinished(() => server.close());
  expect([bytesOf(database), await server.user("u-ada")]).toEqual(before);
  expect(await server.user("u-new")).toBeUndefined();
});

test("starting again with the same directory changes nothing, with an edited one what was edited", async () => {
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

test("a directory that takes a stored user's identity is refused, and the database is left as it was", async () => {
  const database = temporaryDatabase();
  await (await startStub({ database, directory: acme() })).close();
  const [ada] = acme().users;
  const directory = acme({ users: [{ id: "u-new" }, { ...ada, id: "u-thief" }] });

  const refusal = await startStub({ database, directory }).catch((error: unknown) => error);

  expect(refusal).toMatchObject({
    problems: [expect.stringMatching(/^user 'u-thief': .* belongs to the stored user 'u-ada'$/)],
  });
  const server = await startStub({ database });
  onTestFinished(() => server.close());
  expect([await server.user("u-ada"), await server.user("u-new")]).toEqual([ada, undefined]);
});

import { expect, onTestFinished, test } from "vitest";
import { startStub } from "../../../server/stub/start-stub.ts";
import { acme, clientOf, names, signIn } from "../../helpers/stub.ts";
import { bytesOf, temporaryDatabase } from "../../helpers/temporary-folder.ts";

const [ada] = acme().users;

test.each([
  ["an invalid entry", [{ id: "u-new" }, { id: "u-new" }], "directory /users/1: the id 'u-new' is already taken"],
  [
    "the identity of a stored user",
    [{ id: "u-new" }, { ...ada, id: "u-thief" }],
    expect.stringMatching(/^user 'u-thief': .* belongs to the stored user 'u-ada'$/),
  ],
])(
  "a server with a directory with %s does not start, and leaves its database unchanged and unlocked",
  async (_, users, problem) => {
    const database = temporaryDatabase();
    await (await startStub({ database, directory: acme() })).close();
    const holder = await startStub({ database });
    const before = bytesOf(database);
    await holder.close();

    const directory = acme({ users });
    await expect(startStub({ database, directory })).rejects.toMatchObject({ problems: [problem] });

    const server = await startStub({ database });
    onTestFinished(() => server.close());
    expect([await server.user("u-ada"), await server.user("u-new")]).toEqual([ada, undefined]);
    expect(bytesOf(database)).toEqual(before);
  },
);

test("an expiry in a directory can have an offset without minutes", async () => {
  const roles = [{ id: "r-viewer", name: "Viewer", expires: "2999-01-01T00:00:00+05" }];
  const server = await startStub({ directory: acme({ user: { roles } }) });
  onTestFinished(() => server.close());

  expect(names((await clientOf(server).syncUserIdentity("u-ada", signIn())).roles)).toEqual(["Viewer"]);
});

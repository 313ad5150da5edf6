import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { startStub } from "../../../server/stub/start-stub.ts";
import { acme, clientOf, names, signIn } from "../../helpers/stub.ts";
import { temporaryDatabase, temporaryFolder } from "../../helpers/temporary-folder.ts";

test("a directory that can't be written now is unavailable, in one line and not a stack", async () => {
  const database = temporaryDatabase();
  await (await startStub({ database })).close();
  const other = new DatabaseSync(database);
  other.exec("BEGIN IMMEDIATE");
  onTestFinished(() => other.close());
  await expect(startStub({ database, directory: acme() })).rejects.toThrow(
    expect.objectContaining({
      name: "StoreUnavailable",
      message: "The database is unavailable: database is locked.",
    }),
  );
});

test("free JSON that is too deep to be written is refused", async () => {
  const customMetadata: unknown = JSON.parse(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`);
  const user = { subscriptions: [{ id: 1, customMetadata: customMetadata as Record<string, unknown> }] };
  await expect(startStub({ directory: acme({ user }) })).rejects.toThrow(
    expect.objectContaining({ problems: ["directory /users/0: is nested too deeply"] }),
  );
});

test("a server may be closed twice", async () => {
  const server = await startStub();
  await Promise.all([server.close(), server.close()]);
  await server.close();
});

test("a directory file may begin with a byte order mark, and give an offset in hours alone", async () => {
  const file = join(temporaryFolder(), "directory.json");
  const roles = [{ id: "r-viewer", name: "Viewer", expires: "2999-01-01T00:00:00+05" }];
  writeFileSync(file, `\ufeff${JSON.stringify(acme({ user: { roles } }))}`);
  const server = await startStub({ directory: file });
  onTestFinished(() => server.close());
  expect(names((await clientOf(server).syncUserIdentity("u-ada", signIn())).roles)).toEqual(["Viewer"]);
});

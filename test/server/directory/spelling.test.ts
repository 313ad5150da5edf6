import pino from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { Directory } from "../../../generated/types.ts";
import { checkDirectory } from "../../../server/directory/directory.ts";
import { startStub } from "../../../server/stub/start-stub.ts";
import { fileOf, lines } from "./directory-files.ts";

function directoryOf(changes: object): Directory {
  return { users: [{ id: "u-1" }], roles: [], roleConnectionMaps: [], ...changes } as Directory;
}

async function warningsOf(changes: object): Promise<readonly string[]> {
  const directory = await checkDirectory(directoryOf(changes));
  directory.close();
  return directory.warnings;
}

const KEPT = "the contract has no such member, so it is kept and has no effect.";
test.each([
  [{ users: [{ id: "u", identites: [] }] }, `directory /users/0/identites: ${KEPT} Did you mean 'identities'?`],
  [
    { users: [{ id: "u", identities: [{ id: 1, azoConectionId: "c" }] }] },
    `directory /users/0/identities/0/azoConectionId: ${KEPT} Did you mean 'azoConnectionId'?`,
  ],
  [
    { users: [{ id: "u", organization: { id: 1, isActve: false } }] },
    `directory /users/0/organization/isActve: ${KEPT} Did you mean 'isActive'?`,
  ],
  [
    { roles: [{ id: "r", name: "R", audience: "a", descripton: "d" }] },
    `directory /roles/0/descripton: ${KEPT} Did you mean 'description'?`,
  ],
])("a misspelt member is kept and reported with a suggestion: %j", async (changes, warning) => {
  expect(await warningsOf(changes)).toEqual([warning]);
});

test("the same misspelling in many entries is one warning with their number", async () => {
  const users = Array.from({ length: 1_200 }, (_, index) => ({ id: `u-${index}`, identites: [] }));
  expect(await warningsOf({ users })).toEqual([
    `directory /users/0/identites: ${KEPT} Did you mean 'identities'? It occurs 1200 times.`,
  ]);
});

test.each([
  { costCentre: "7", tag: 1, "x-own": {} },
  { username: "ada", user_name: "also kept", emailAddress: "a@b.example", emailAdress: "old" },
])("a member of one's own is no misspelling, nor is one near to a member that is there: %j", async (members) => {
  expect(await warningsOf({ users: [{ id: "u", ...members }] })).toEqual([]);
});

test("a misspelt list is an error that names the member that is there", async () => {
  await expect(checkDirectory({ usres: [], roles: [], roleConnectionMaps: [] } as never)).rejects.toMatchObject({
    problems: ["directory: 'users' must be an array; there is 'usres'. Did you mean 'users'?"],
  });
  await expect(checkDirectory({ people: [], roles: [], roleConnectionMaps: [] } as never)).rejects.toMatchObject({
    problems: ["directory: 'users' must be an array"],
  });
});

test("a misspelt kind of an NDJSON line is an error with a suggestion", async () => {
  const file = fileOf("directory.ndjson", lines({ usre: { id: "u" } }));
  await expect(checkDirectory(file)).rejects.toMatchObject({
    problems: [expect.stringMatching(/:1: must be one of .*\. Did you mean 'user'\?$/)],
  });
});

test("a start logs a warning for a misspelt member, and replacing a directory returns it", async () => {
  const logged: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void logged.push(line) });
  const directory = directoryOf({ users: [{ id: "u", identites: [] }] });
  const server = await startStub({ directory, log });
  onTestFinished(() => server.close());
  const warning = `directory /users/0/identites: ${KEPT} Did you mean 'identities'?`;
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([{ msg: "directory", warning }]);
  expect(await server.user("u")).toMatchObject({ identites: [] });
  const body = JSON.stringify(directory);
  const headers = { "Content-Type": "application/json" };
  const replaced = await fetch(`${server.controlUrl}/directory`, { method: "PUT", headers, body });
  expect(await replaced.json()).toEqual({ total: 1, warnings: [warning] });
});

import { appendFileSync, existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Directory } from "../../../generated/types.ts";
import { checkDirectory } from "../../../server/directory/directory.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { fileOf, lines, problemsOf, read } from "./directory-files.ts";

const role = (id: string) => ({ id, name: `${id}!`, audience: "urn:api", description: null });
const directory: Directory = {
  roles: [role("r-1"), role("r-2")],
  roleConnectionMaps: [{ id: "m-1", roleId: "r-1", azoConnectionId: "con_a", groupName: "g" }],
  users: [
    { id: "u-1", roles: [{ id: "r-2", name: "R" }], identities: [{ id: 1, azoConnectionId: "con_a" }] },
    { id: "u-2", nickname: "two" },
  ],
};
const { roles, roleConnectionMaps, users } = directory;
const entries = [
  ...roles.map((one) => ({ role: one })),
  ...roleConnectionMaps.map((roleConnectionMap) => ({ roleConnectionMap })),
  ...users.map((user) => ({ user })),
];
const EMPTY: Directory = { users: [], roles: [], roleConnectionMaps: [] };

test("a directory can be an object, a JSON file or an NDJSON file, with a byte order mark and blank lines", async () => {
  const ndjson = lines(...entries);

  for (const source of [
    directory,
    fileOf("directory.json", `\ufeff${JSON.stringify(directory, null, 2)}`),
    fileOf("directory", JSON.stringify(directory)),
    fileOf("directory.ndjson", `\ufeff${ndjson}`),
    fileOf("directory.jsonl", ndjson.replaceAll("\n", "\r\n")),
    fileOf("directory.ndjson", `\n${ndjson.replace("\n", "\n\n  \n").trimEnd()}`),
  ]) {
    expect(await read(source)).toEqual(directory);
  }
});

test("lines of NDJSON end at LF only, and may be longer than a chunk of the file", async () => {
  const customMetadata = { note: `line\u2028paragraph\u2029${"x".repeat(200_000)}` };
  const user = { id: "u-1", subscriptions: [{ id: 1, customMetadata }] };

  expect((await read(fileOf("directory.ndjson", lines({ user }, { user: { id: "u-2" } })))).users).toEqual([
    user,
    { id: "u-2" },
  ]);
});

test("entries of NDJSON can be in any order", async () => {
  expect(await read(fileOf("directory.ndjson", lines(...entries.toReversed())))).toEqual({
    users: users.toReversed(),
    roles: roles.toReversed(),
    roleConnectionMaps: roleConnectionMaps.toReversed(),
  });
});

test("a directory can be empty", async () => {
  expect(await read(EMPTY)).toEqual(EMPTY);
  expect(await read(fileOf("directory.ndjson", "\n"))).toEqual(EMPTY);
});

test("lines of NDJSON that are not JSON are reported by number, together with all other problems", async () => {
  const file = fileOf("directory.ndjson", `${lines({ user: { id: 7 } })}{"role":\n${lines({ user: { id: 8 } })}`);

  expect(await problemsOf(file)).toEqual([
    "directory.ndjson:1/id: must be string",
    expect.stringMatching(/^directory\.ndjson:2: .*JSON/),
    "directory.ndjson:3/id: must be string",
  ]);
});

/** An NDJSON line and a JSON file with the letter é, which is one byte in Latin-1 and two in UTF-8. */
const LINE = '{"user":{"id":"u-2","nickname":"\ufffd Andr\u00e9"}}';
const FILE = `{"roles":[],"roleConnectionMaps":[],\r\n"users":[{"id":"\ufffd",\n  "nickname":"Andr\u00e9"}]}`;

/** The text in UTF-8, except for é, which gets these bytes. */
function withBytes(text: string, ...bytes: number[]): Buffer {
  const [before = "", after = ""] = text.split("\u00e9");
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
}

test.each([
  ["Latin-1", [0xe9]],
  ["half a character", [0xc3]],
  ["a surrogate", [0xed, 0xa0, 0xbd]],
  ["an overlong character", [0xc0, 0xaf]],
])("text with %s is reported with its position, and other text with U+FFFD is not", async (_, bytes) => {
  const line = Buffer.concat([Buffer.from('{"user":{"id":7}}\n'), withBytes(LINE, ...bytes), Buffer.from("\n{\n")]);

  expect(await problemsOf(fileOf("directory.ndjson", line))).toEqual([
    "directory.ndjson:1/id: must be string",
    "directory.ndjson:2: is not UTF-8: error at column 39",
    "directory.ndjson:3: is not JSON: error at column 2",
  ]);
  for (const mark of ["", "\ufeff"]) {
    expect(await problemsOf(fileOf("directory.json", withBytes(mark + FILE, ...bytes)))).toEqual([
      "directory.json: is not UTF-8: error at line 3 column 19",
    ]);
  }
});

test("text that ends within a character or is UTF-16 is reported with its position", async () => {
  const [cut, utf16] = [Buffer.from(LINE).subarray(0, -4), Buffer.from(`\ufeff${LINE}`, "utf16le")];

  expect(await problemsOf(fileOf("directory.ndjson", cut))).toEqual([
    "directory.ndjson:1: is not UTF-8: error at column 39",
  ]);
  expect(await problemsOf(fileOf("directory.json", utf16))).toEqual([
    "directory.json: is not UTF-8: error at line 1 column 1",
  ]);
  expect((await read(fileOf("directory.ndjson", LINE))).users).toEqual([{ id: "u-2", nickname: "\ufffd Andr\u00e9" }]);
});

test("a file that is not JSON is reported without its content", async () => {
  for (const text of ["planted", '{"users": [planted]}', '{"users": "planted']) {
    const problems = [
      await problemsOf(fileOf("directory.json", text)),
      await problemsOf(fileOf("directory.ndjson", text)),
    ];
    expect(problems.flat()).toEqual([
      expect.stringMatching(/^directory\.json: is not JSON/),
      expect.stringMatching(/^directory\.ndjson:1: is not JSON/),
    ]);
    expect(problems.join()).not.toContain("planted");
  }
});

test.each([
  ["an extra comma", `{\n  "users": [],\n  "roles": [],\n}`, 4],
  ["a name without quotes", `{\n  "users": [],\n  roles: []\n}`, 3],
])("a JSON file with %s is reported with file and line", async (_, content, line) => {
  expect(await problemsOf(fileOf("directory.json", content))).toEqual([
    expect.stringMatching(new RegExp(`^directory\\.json\\b.*\\b(line |:)${line}\\b`)),
  ]);
});

test.each([
  ["an empty object", {}, ["roles", "roleConnectionMaps", "users"]],
  ["an array", [], ["roles", "roleConnectionMaps", "users"]],
  ["null", null, ["roles", "roleConnectionMaps", "users"]],
  ["a directory without maps", { users: [], roles: [] }, ["roleConnectionMaps"]],
  ["users by id", { ...directory, users: { "u-1": users[0] } }, ["users"]],
])("each array that is missing in %s is reported", async (_, source, missing) => {
  expect(await problemsOf(fileOf("directory.json", JSON.stringify(source)))).toEqual(
    missing.map((list) => `directory.json: '${list}' must be an array`),
  );
});

test.each(["directory.json", "directory.ndjson"])("a missing file is reported by name: %s", async (name) => {
  const file = join(temporaryFolder(), name);

  expect(await problemsOf(file)).toEqual([expect.stringMatching(new RegExp(`^${name}: .*no such file`))]);
});

test("a file that changes after the check causes an error after its last user", async () => {
  const file = fileOf("directory.ndjson", lines({ user: { id: "u-1" } }));
  const checked = await checkDirectory(file);
  appendFileSync(file, lines({ user: { id: "u-late" } }));

  const readAll = async () => {
    for await (const _user of checked.users());
  };

  await expect(readAll()).rejects.toMatchObject({
    problems: [`${file}: was changed while it was read`],
  });
  checked.close();
});

test.runIf(existsSync("/dev/null"))("an NDJSON file must be a regular file", async () => {
  const link = join(temporaryFolder(), "directory.ndjson");
  symlinkSync("/dev/null", link);

  expect(await problemsOf(link)).toEqual(["directory.ndjson: must be a regular file because it is read twice"]);
});

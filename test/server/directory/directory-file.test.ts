import { appendFileSync, existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkDirectory } from "../../../server/directory/directory.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { fileOf, lines, problemsOf } from "./directory-files.ts";

test("a line of NDJSON that is no JSON is refused by its number", async () => {
  const file = fileOf(
    "directory.ndjson",
    `${lines({ role: { id: "r-1", name: "R", audience: "urn:api" } })}\n{"role": {]\n`,
  );

  expect(await problemsOf(file)).toEqual([expect.stringMatching(/^directory\.ndjson:3: .*JSON/)]);
});

test("a line of NDJSON that is no JSON does not hide what else is wrong", async () => {
  const file = fileOf("directory.ndjson", `${lines({ user: { id: 7 } })}{"role":\n${lines({ user: { id: 8 } })}`);

  expect(await problemsOf(file)).toEqual([
    "directory.ndjson:1/id: must be string",
    expect.stringMatching(/^directory\.ndjson:2: /),
    "directory.ndjson:3/id: must be string",
  ]);
});

test.each(["directory.json", "directory.ndjson"])("a file that is not there is refused by name: %s", async (name) => {
  const file = join(temporaryFolder(), name);

  expect(await problemsOf(file)).toEqual([expect.stringMatching(new RegExp(`^${name}: .*no such file`))]);
});

test("a thousand problems are told, and how many more there are", async () => {
  const users = Array.from({ length: 1_234 }, () => ({ id: 7 }));

  const problems = await problemsOf({ roles: [], roleConnectionMaps: [], users });

  expect(problems.slice(-2)).toEqual(["directory /users/999/id: must be string", "and 234 more"]);
  expect(problems).toHaveLength(1_001);
});

test("a file that was changed after it was checked is refused before its end", async () => {
  const file = fileOf("directory.ndjson", lines({ user: { id: "u-1" } }));
  const directory = await checkDirectory(file);
  appendFileSync(file, lines({ user: { id: "u-late" } }));

  const read = async () => {
    for await (const _user of directory.users());
  };

  await expect(read()).rejects.toMatchObject({ problems: [`${file}: was changed while it was read`] });
  directory.close();
});

test.runIf(existsSync("/dev/null"))("what is no file can't be read twice, and is refused", async () => {
  const link = join(temporaryFolder(), "directory.ndjson");
  symlinkSync("/dev/null", link);

  expect(await problemsOf(link)).toEqual(["directory.ndjson: must be a regular file because it is read twice"]);
});

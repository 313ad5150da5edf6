import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { OPERATIONS } from "../../../generated/operations.ts";
import { run } from "../../../scripts/credentials.ts";
import { keeper, OLD } from "./keeper.ts";

const CONTENT = JSON.stringify({ apiKeys: [OLD], applicationTokens: [] });

test.for([["list"], ["add", "api-key", "Hook"], ["revoke", "key-old"]])(
  "%j with an invalid file prints all problems, exits 2 and leaves the file alone",
  async (args) => {
    const content = JSON.stringify({ apiKeys: [{ ...OLD, sha256: "planted" }, {}], applicationTokens: [] });
    const { call, read } = keeper(content);
    const { code, output } = await call(...args);
    expect(code).toBe(2);
    expect(output).toMatch(
      /^The credentials file FILE was not loaded: 5 problems\.\n {2}\/apiKeys\/0\/sha256: must be/,
    );
    expect(output).not.toContain("planted");
    expect(read()).toBe(content);
  },
);

const PERMISSIONS = new Set(Object.values(OPERATIONS).flatMap(({ permissions }) => permissions));
const OPTIONS = "--help lists the options.";

test.for([
  [[], "A command is required. Commands: add, list, revoke."],
  [["ad"], "There is no command 'ad'. Did you mean 'add'? Commands: add, list, revoke."],
  [["planted-command"], "There is no command of this name. Commands: add, list, revoke."],
  [["add"], "A kind is required. Kinds: api-key, application-token."],
  [["add", "apikey", "Hook"], "There is no kind 'apikey'. Did you mean 'api-key'? Kinds: api-key, application-token."],
  [["add", "api-key"], "add api-key takes one name; quote a name of several words."],
  [["add", "api-key", "Login", "planted"], "add api-key takes one name; quote a name of several words."],
  [["add", "api-key", " "], "The name must be 1 to 128 characters on one line, not all of them blank."],
  [["add", "api-key", "a\nb"], "The name must be 1 to 128 characters on one line, not all of them blank."],
  [
    ["add", "api-key", "Hook", "--permission", "user.wirte"],
    `There is no permission 'user.wirte'. Did you mean 'user.write'? Permissions: ${[...PERMISSIONS].join(", ")}.`,
  ],
  [["add", "api-key", "Hook", "--permission"], `Option '--permission <value>' argument missing. ${OPTIONS}`],
  [["add", "api-key", "Hook", "--expires", "--file=a"], `Option '--expires' argument is ambiguous. ${OPTIONS}`],
  [["add", "api-key", "Hook", "--secret", "planted"], `Unknown option '--secret'. ${OPTIONS}`],
  [["add", "api-key", "Hook", "--token=planted"], `Unknown option '--token'. ${OPTIONS}`],
  [["list", "--fiel=planted"], `Unknown option '--fiel'. Did you mean '--file'? ${OPTIONS}`],
  [["list", "--expires", "30d"], "--expires is an option of add only."],
  [["revoke", "key-old", "--permission", "write"], "--permission is an option of add only."],
  [["list", "planted"], "list takes no arguments."],
  [["revoke"], "revoke takes one id; list shows them."],
  [["revoke", "key-odl"], "No entry of FILE has this id. Did you mean 'key-old'? list shows every id."],
  [["revoke", "planted"], "No entry of FILE has this id. list shows every id."],
  ...["0d", "30", "2026-01-31", "2099-02-30", "tomorrow", "2099-01-31T00:00:00", "999999d"].map(
    (expires) =>
      [
        ["add", "api-key", "Hook", "--expires", expires],
        "--expires must be in the future: 30d, 2027-01-31 or 2027-01-31T18:00:00Z.",
      ] as const,
  ),
] as const)("%j prints one line on stderr and exits 2", async ([args, line]) => {
  const { file, read } = keeper(CONTENT);
  const errors: string[] = [];
  const printError = (text: string) => void errors.push(text.replaceAll(file, "FILE"));
  expect(await run(["--file", file, ...args], expect.unreachable, { printError })).toBe(2);
  expect(errors).toEqual([line]);
  expect(read()).toBe(CONTENT);
});

test.for([
  [["list", "--file", "FILE"], "ENOENT: no such file or directory, open 'FILE'"],
  [["revoke", "key-1", "--file", "FILE"], "ENOENT: no such file or directory, open 'FILE'"],
  [["list", "--file", "/tmp"], "EISDIR: illegal operation on a directory, read"],
  [["add", "api-key", "x", "--file", "/nowhere/c.json"], "no such file or directory, mkdir '/nowhere/.c.json.tmp'."],
  [["list", "--file="], "--file must be the name of a file."],
] as const)("%j without a usable file exits 2", async ([args, line]) => {
  const { file } = keeper();
  const errors: string[] = [];
  const printError = (text: string) => void errors.push(text.replaceAll(file, "FILE"));
  const ofFile = args.map((arg) => arg.replace("FILE", file));
  expect(await run(ofFile, expect.unreachable, { printError })).toBe(2);
  expect(errors.at(-1)).toContain(line);
  expect(existsSync(file)).toBe(false);
});

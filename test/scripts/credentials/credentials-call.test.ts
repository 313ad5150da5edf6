import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../../../scripts/credentials.ts";
import { keeper, OLD, OLD_HASH } from "./credentials-keeper.ts";

test.for([
  [["list"], "list"],
  [["add", "api-key", "Hook"], "add"],
  [["revoke", "key-old"], "revoke"],
] as const)("%j of a file with faults prints them all, exits 2 and leaves it alone", async ([args]) => {
  const content = `{"apiKeys": [${OLD.replace(OLD_HASH, "planted")}, {}], "applicationTokens": []}`;
  const { call, read } = keeper(content);
  const { code, output } = await call(...args);
  expect(code).toBe(2);
  expect(output).toMatch(/^The credentials were not loaded: 5 problems\.\n {2}FILE \/apiKeys\/0\/sha256: must be/);
  expect(output).not.toContain("planted");
  expect(read()).toBe(content);
});

const NO_SECRET = "No secret is taken from the command line: add makes one, and prints it once.";

test.for([
  [[], "Name a command. Commands: add, list, revoke."],
  [["ad"], "There is no command 'ad'. Did you mean 'add'? Commands: add, list, revoke."],
  [["planted-command"], "There is no command of this name. Commands: add, list, revoke."],
  [["add"], "Name a kind. Kinds: api-key, application-token."],
  [["add", "apikey", "Hook"], "There is no kind 'apikey'. Did you mean 'api-key'? Kinds: api-key, application-token."],
  [["add", "api-key"], "add api-key takes one name; put one of several words in quotes."],
  [["add", "api-key", "Login", "planted"], "add api-key takes one name; put one of several words in quotes."],
  [["add", "api-key", " "], "The name must be 1 to 128 characters on one line, not all of them blank."],
  [["add", "api-key", "a\nb"], "The name must be 1 to 128 characters on one line, not all of them blank."],
  [
    ["add", "api-key", "Hook", "--permission", "user.wirte"],
    "There is no permission 'user.wirte'. Did you mean 'user.write'? Permissions: user.write, write.",
  ],
  [["add", "api-key", "Hook", "--permission"], "Option '--permission <value>' argument missing."],
  [["add", "api-key", "Hook", "--secret", "planted"], NO_SECRET],
  [["add", "api-key", "Hook", "--token=planted"], NO_SECRET],
  [
    ["list", "--fiel=planted"],
    "There is no option '--fiel'. Did you mean '--file'? Options: --permission, --expires, --file.",
  ],
  [["list", "--expires", "30d"], "--expires goes with add."],
  [["revoke", "key-old", "--permission", "write"], "--permission goes with add."],
  [["list", "planted"], "list takes no further words."],
  [["revoke"], "revoke takes the id of one entry; list shows them."],
  [["revoke", "key-odl"], "Nothing in FILE has this id. Did you mean 'key-old'? list shows every id."],
  [["revoke", "planted"], "Nothing in FILE has this id. list shows every id."],
  ...["0d", "30", "2026-01-31", "2099-02-30", "tomorrow", "2099-01-31T00:00:00", "999999d"].map(
    (expires) =>
      [
        ["add", "api-key", "Hook", "--expires", expires],
        "--expires takes a time to come: 30d, 2027-01-31 or 2027-01-31T18:00:00Z.",
      ] as const,
  ),
] as const)("%j is one clear line and exit 2", async ([args, line]) => {
  const content = `{"apiKeys": [${OLD}], "applicationTokens": []}`;
  const { file, read } = keeper(content);
  const lines: string[] = [];
  expect(await run(["--file", file, ...args], (text) => lines.push(text.replaceAll(file, "FILE")))).toBe(2);
  expect(lines).toEqual([line]);
  expect(read()).toBe(content);
});

test.for([
  ["list", "no such file or directory, open 'FILE'."],
  ["revoke key-1", "There is no file FILE."],
  ["list --file /tmp", "The credentials file can't be used: EISDIR: illegal operation on a directory, read."],
  ["add api-key x --file /nowhere/c.json", "no such file or directory, open '/nowhere/.c.json.lock'."],
  ["list --file=", "--file takes the name of a file, not nothing."],
] as const)("%s without a file to use is exit 2", async ([args, line]) => {
  const { file, call } = keeper();
  const lines: string[] = [];
  const { code, output } = args.includes("--file")
    ? { code: await run(args.split(" "), (text) => lines.push(text)), output: lines.join("\n") }
    : await call(...args.split(" "));
  expect(code).toBe(2);
  expect(output).toMatch(new RegExp(`${line.replace(/[.]/g, "\\.")}$`));
  expect(existsSync(file)).toBe(false);
});

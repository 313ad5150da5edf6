import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { run } from "../../../scripts/credentials.ts";
import { hashSecret } from "../../../server/auth/credentials.ts";
import type { CredentialsFile } from "../../../server/auth/credentials-file.ts";
import { changeFile } from "../../../server/credentials/change-file.ts";
import { startStub } from "../../../server/stub/start-stub.ts";
import { ACCESS, basicOf, bearer, currentClaims, mint, TOKEN_HEADER } from "../../helpers/access.ts";
import { send } from "../../helpers/server-fixture.ts";
import { acme } from "../../helpers/stub.ts";
import { keeper, OLD } from "./keeper.ts";

const SCRIPT = fileURLToPath(new URL("../../../scripts/credentials.ts", import.meta.url));
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("a key works as soon as it is added, and is 401 as soon as it is revoked, without a restart", async () => {
  const { file, call, add } = keeper('{ "apiKeys": [], "applicationTokens": [] }');
  const server = await startStub({ directory: acme(), access: ACCESS, credentialsFile: file });
  onTestFinished(() => server.close());
  const key = await add("api-key", "Login hook");
  const app = await add("application-token", "Login hook");
  const keyResponse = () => send(server, { credentials: { Authorization: basicOf(`${key.id}:${key.secret}`) } });
  const appResponse = () => send(server, { credentials: bearer(mint(currentClaims()), app.secret) });
  const statuses = async () => [(await keyResponse()).status, (await appResponse()).status];
  // The token was added last, and a wrong token locks nothing.
  await expect.poll(async () => (await appResponse()).status, { timeout: 5_000 }).toBe(200);
  expect(await statuses()).toEqual([200, 200]);
  expect((await call("revoke", key.id)).code).toBe(0);
  await expect.poll(statuses, { timeout: 5_000 }).toEqual([401, 200]);
  expect((await call("revoke", app.id)).code).toBe(0);
  await expect.poll(statuses, { timeout: 5_000 }).toEqual([401, 401]);
});

test.for([
  ["api-key", "API key", "secret", "Send id and secret as Basic: curl -u ID:SECRET", "apiKeys"],
  [
    ...(["application-token", "application token", "token "] as const),
    `Send the token as ${TOKEN_HEADER}, together with a Bearer token.`,
    "applicationTokens",
  ],
] as const)("add %s prints the secret once; the file has its hash only", async ([kind, title, label, use, list]) => {
  const { file, folder, read, add } = keeper();
  const { id, secret, output } = await add(kind, "Hook", "--permission", "write", "--permission", "user.write");
  expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  expect(output.replace(id, "ID-").replace(secret, "NEW")).toBe(`The ${title} 'Hook' was added to FILE.
The secret is shown only once and stored nowhere: save it now. A running server accepts it at once.

  id      ID-
  ${label}  NEW

${use}`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["credentials.json"]);
  expect(read()).not.toContain(secret);
  expect(read()).toBe(`${JSON.stringify(JSON.parse(read()), null, 2)}\n`);
  const entry = { id, name: "Hook", sha256: hashSecret(secret), permissions: ["write", "user.write"] };
  const lists = { apiKeys: [], applicationTokens: [], [list]: [{ ...entry, created: expect.stringMatching(TIME) }] };
  expect(JSON.parse(read())).toEqual(lists);
});

test.for([
  ["2d", () => Date.now() + 2 * 86_400_000],
  ["2099-01-31", () => Date.UTC(2099, 0, 31)],
  ["2099-01-31T18:00:00+01:00", () => Date.UTC(2099, 0, 31, 17)],
] as const)("--expires %s is stored as a time", async ([expires, expected]) => {
  const { read, add } = keeper();
  const { output } = await add("api-key", "Hook", "--expires", expires);
  const [{ expires: stored }] = JSON.parse(read()).apiKeys;
  expect(Math.abs(Date.parse(stored) - expected())).toBeLessThan(30_000);
  expect(output).toContain(` and expires ${stored}.`);
});

function entryOf(id: string, name: string) {
  return { id, name, sha256: hashSecret(`planted-${name}`), permissions: ["write"] };
}

test("list shows every entry with its state, and never a hash", async () => {
  const { call } = keeper(
    JSON.stringify({
      apiKeys: [
        { ...entryOf("key-1", "Login hook"), permissions: ["user.write", "write"] },
        { ...entryOf("key-2", "Old"), expires: "2026-01-31T00:00:00Z" },
      ],
      applicationTokens: [
        {
          ...{ ...entryOf("app-1", "Gone"), created: "2026-01-01T00:00:00Z" },
          ...{ expires: "2026-01-31T00:00:00Z", revoked: "2026-01-02T00:00:00Z" },
        },
      ],
    }),
  );
  const { code, output } = await call("list");
  expect(code).toBe(0);
  expect(output).toMatchInlineSnapshot(`
    "kind               id     name        permissions       created               expires               state
    api-key            key-1  Login hook  user.write write  -                     -                     active
    api-key            key-2  Old         write             -                     2026-01-31T00:00:00Z  expired
    application-token  app-1  Gone        write             2026-01-01T00:00:00Z  2026-01-31T00:00:00Z  revoked"
  `);
});

test("other entries and their order stay, in a file with a byte order mark and CR LF too", async () => {
  const { call, add, read } = keeper(
    `\ufeff{\r\n\t"applicationTokens": [],\r\n"apiKeys": [${JSON.stringify(OLD)}]}\r\n`,
  );
  const first = await add("api-key", "First");
  const second = await add("api-key", "Second");
  const app = await add("application-token", "App");
  await call("revoke", first.id);
  expect(JSON.parse(read())).toMatchObject({
    apiKeys: [OLD, { id: first.id, revoked: expect.stringMatching(TIME) }, { id: second.id }],
    applicationTokens: [{ id: app.id }],
  });
});

test("revoke marks every entry with this id, and doing it again changes nothing", async () => {
  const [apiKeys, applicationTokens] = [[entryOf("both", "one")], [entryOf("both", "two")]];
  const { call, read } = keeper(JSON.stringify({ apiKeys, applicationTokens }));
  expect(await call("revoke", "both")).toEqual({
    code: 0,
    output: "Revoked: 'one' and 'two'. A running server refuses it at once.",
  });
  const before = read();
  expect((await call("revoke", "both")).code).toBe(0);
  expect(read()).toBe(before);
  expect(before.match(/"revoked"/g)).toHaveLength(2);
});

test("eight adds at once, in this and in other processes, are all stored", async () => {
  const { file, folder, add, read } = keeper();
  const others = Array.from({ length: 4 }, (_, index) =>
    spawn(process.execPath, [SCRIPT, "add", "api-key", `other-${index}`, "--file", file]),
  );
  const here = Array.from({ length: 4 }, (_, index) => add("api-key", `here-${index}`));
  const codes = await Promise.all(others.map(async (child) => (await once(child, "close"))[0]));
  await Promise.all(here);
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(JSON.parse(read()).apiKeys).toHaveLength(8);
  expect(readdirSync(folder)).toEqual(["credentials.json"]);
});

test("a change that an editor saves meanwhile is not lost", async () => {
  const { file, read } = keeper('{ "apiKeys": [], "applicationTokens": [] }');
  const seen: number[] = [];
  const change = (before: CredentialsFile) => {
    seen.push(before.apiKeys.length);
    if (seen.length === 1) writeFileSync(file, JSON.stringify({ apiKeys: [OLD], applicationTokens: [] }));
    return { ...before, applicationTokens: [OLD] };
  };
  await changeFile(file, { change });
  expect(seen).toEqual([0, 1]);
  expect(JSON.parse(read())).toEqual({ apiKeys: [OLD], applicationTokens: [OLD] });
});

test("a run that was killed does not block others, and its temporary folder is removed", async () => {
  const { folder, add } = keeper();
  const temporary = join(folder, ".credentials.json.tmp");
  mkdirSync(temporary);
  writeFileSync(join(temporary, "new.json"), "half");
  utimesSync(temporary, 0, 0);
  await add("api-key", "Hook");
  expect(readdirSync(folder)).toEqual(["credentials.json"]);
});

test("an existing file keeps its mode, and a symbolic link stays one", async () => {
  const { file, folder, add } = keeper(`{"apiKeys": [], "applicationTokens": []}`);
  chmodSync(file, 0o640);
  const link = join(folder, "link.json");
  symlinkSync(file, link);
  expect(await run(["add", "api-key", "Linked", "--file", link], () => {})).toBe(0);
  await add("api-key", "Hook");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(JSON.parse(readFileSync(link, "utf8")).apiKeys).toHaveLength(2);
});

test("the command edits credentials.json of the current folder", () => {
  const { folder } = keeper();
  const npmRun = (...args: string[]) =>
    spawnSync(process.execPath, [SCRIPT, ...args], { cwd: folder, encoding: "utf8" });
  expect(npmRun("add", "api-key", "Hook")).toMatchObject({ status: 0, stderr: "" });
  expect(npmRun("list").stdout).toMatch(/^kind .*\napi-key +key-\w{12} +Hook +user\.write +\S+ +- +active\n$/);
  expect(npmRun("lits")).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringContaining("Did you mean 'list'?"),
  });
  expect(statSync(join(folder, "credentials.json")).mode & 0o777).toBe(0o600);
});

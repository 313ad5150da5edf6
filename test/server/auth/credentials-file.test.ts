import { pbkdf2 } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import pino from "pino";
import { expect, onTestFinished, test } from "vitest";
import { hashSecret } from "../../../server/auth/credentials.ts";
import { CREDENTIALS_FILE } from "../../../server/auth/credentials-file.ts";
import { followJsonFile } from "../../../server/auth/json-file.ts";
import { ConfigurationError } from "../../../server/configuration-error.ts";
import { startStub } from "../../../server/stub/start-stub.ts";
import { ACCESS, basicOf, bearer, currentClaims, mint } from "../../helpers/access.ts";
import { send } from "../../helpers/server-fixture.ts";
import { acme } from "../../helpers/stub.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const PAST = "2026-01-31T00:00:00Z";
const SECRET = "planted-secret-of-a-file";
const KEY = entry("key-file");

/** An entry whose secret is SECRET and its id, so that no two hashes are the same. */
function entry(id: string, changes: object = {}) {
  return { id, name: `Name of ${id}`, sha256: hashSecret(SECRET + id), permissions: ["user.write"], ...changes };
}

/** By default, the same entries as keys and as tokens. */
function fileOf(apiKeys: unknown[], applicationTokens = apiKeys): string {
  return JSON.stringify({ apiKeys, applicationTokens });
}

function credentialsFile(content: string | Buffer | null) {
  const folder = join(temporaryFolder(), "credentials");
  mkdirSync(folder);
  const file = join(folder, "credentials.json");
  if (content !== null) writeFileSync(file, content);
  /** Replaces the file by a rename, as editors do. */
  const replace = (text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  return { file, folder, replace };
}

/** A server that watches a credentials file; Bearer tokens are those of `access.ts`. */
async function follow(content: string) {
  const place = credentialsFile(content);
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push(line) });
  const options = { directory: acme(), access: ACCESS, credentialsFile: place.file, log };
  const server = await startStub(options);
  onTestFinished(() => server.close());
  const basic = (id: string) => send(server, { credentials: { Authorization: basicOf(`${id}:${SECRET}${id}`) } });
  const token = (id: string) => send(server, { credentials: bearer(mint(currentClaims()), SECRET + id) });
  /** Waits for a status by application token, because requests with a wrong key would lock the key. */
  const becomes = (id: string, status: number) =>
    expect.poll(async () => (await token(id)).status, { timeout: 10_000, interval: 20 }).toBe(status);
  /** Log lines about the file. */
  const logged = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => /^credentials/.test(msg));
  return { ...place, server, options, basic, token, becomes, logged };
}

test("keys and tokens of the file are accepted instead of the ones in `access`", async () => {
  const { server, basic, token } = await follow(`\ufeff${fileOf([KEY], [entry("app-file")])}`);
  expect((await basic("key-file")).status).toBe(200);
  expect((await token("app-file")).status).toBe(200);
  expect((await send(server)).status).toBe(401);
});

test("an expired entry is rejected as expired, and a revoked one as wrong", async () => {
  const entries = [entry("old", { expires: PAST }), entry("gone", { revoked: PAST, expires: PAST })];
  const { basic, token } = await follow(fileOf(entries, entries));
  for (const [id, failure] of [
    ["old", "expired"],
    ["gone", "wrong"],
  ] as const) {
    const [key, app] = [await basic(id), await token(id)];
    expect([key.status, app.status]).toEqual([401, 401]);
    expect(JSON.parse(key.text)).toMatchObject({ detail: expect.stringContaining(`Basic is ${failure}.`) });
    expect(JSON.parse(app.text)).toMatchObject({ detail: expect.stringContaining(`ApplicationToken is ${failure}.`) });
  }
});

test("a replaced file is reloaded within a second, and one log line has the number of entries", async () => {
  const { replace, becomes, basic, logged } = await follow(fileOf([KEY]));
  const start = performance.now();
  replace(fileOf([KEY, entry("key-new")]));
  await becomes("key-new", 200);
  expect(performance.now() - start).toBeLessThan(1_000);
  expect((await basic("key-new")).status).toBe(200);
  replace(fileOf([{ ...KEY, revoked: PAST }, entry("key-new"), entry("key-more")], [entry("key-new")]));
  await becomes("key-file", 401);
  expect((await basic("key-file")).status).toBe(401);
  expect(logged()).toMatchObject([
    { level: 30, apiKeys: 2, applicationTokens: 2, msg: "credentials reloaded" },
    { level: 30, apiKeys: 2, applicationTokens: 1, msg: "credentials reloaded" },
  ]);
});

test("after twenty replacements at once, the last one is used", async () => {
  const { replace, becomes, logged } = await follow(fileOf([KEY]));
  for (let count = 1; count <= 20; count += 1) replace(fileOf([KEY, entry(`key-${count}`)]));
  await becomes("key-20", 200);
  expect(logged().every(({ level }) => level === 30)).toBe(true);
});

test("a file that is written in place is reloaded, and so is one whose folder is replaced", async () => {
  const { file, folder, becomes } = await follow(fileOf([KEY]));
  writeFileSync(file, fileOf([entry("key-new")]));
  await becomes("key-new", 200);
  renameSync(folder, `${folder}.old`);
  mkdirSync(folder);
  writeFileSync(file, fileOf([entry("key-newer")]));
  await becomes("key-newer", 200);
});

test("a file that is replaced while all threads of the process are busy is reloaded", async () => {
  const { file, replace } = credentialsFile(fileOf([KEY]));
  // They delay the first look at the file.
  for (let count = 0; count < 8; count += 1) pbkdf2("", "", 300_000, 64, "sha512", () => {});
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const current = followJsonFile(file, CREDENTIALS_FILE, { log: pino({ level: "silent" }), signal: end.signal });
  await setTimeout(150);
  replace(fileOf([KEY, entry("key-new")]));
  await expect.poll(() => current.value.apiKeys.length, { timeout: 10_000 }).toBe(2);
});

test("a file behind a symbolic link that is switched, as Kubernetes does, is reloaded", async () => {
  const { file, folder, becomes, logged } = await follow(fileOf([KEY]));
  const link = (name: string, text: string) => {
    const version = join(folder, name);
    mkdirSync(version);
    writeFileSync(join(version, "credentials.json"), text);
    symlinkSync(name, join(folder, "..data_tmp"));
    renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  };
  link("..1", fileOf([KEY, entry("key-1")]));
  symlinkSync("..data/credentials.json", `${file}.new`);
  renameSync(`${file}.new`, file);
  await becomes("key-1", 200);
  link("..2", fileOf([KEY, entry("key-2")]));
  await becomes("key-2", 200);
  expect(logged().every(({ level }) => level === 30)).toBe(true);
});

test.for([
  ["that is not JSON", `{"apiKeys": [{"id": "${SECRET}}`, "is not JSON: error at line 1 column 47"],
  ["with a wrong entry", fileOf([{ ...KEY, sha256: SECRET }], []), "/apiKeys/0/sha256: must be the SHA-256"],
  ["that is empty", "", "is not JSON"],
  ["that is missing", null, "ENOENT"],
] as const)("a file %s leaves the last valid version in use, with one warning", async ([_, text, problem]) => {
  const { file, replace, becomes, basic, logged } = await follow(fileOf([KEY]));
  const edit = () => (text === null ? rmSync(file, { force: true }) : replace(text));
  edit();
  await expect.poll(() => logged().length, { timeout: 5_000 }).toBe(1);
  edit();
  await setTimeout(300);
  expect((await basic("key-file")).status).toBe(200);
  expect(logged()).toMatchObject([{ level: 40, file, problems: [expect.stringContaining(problem)] }]);
  expect(JSON.stringify(logged())).not.toMatch(/planted|[0-9a-f]{64}/);

  replace(fileOf([KEY, entry("key-new")]));
  await becomes("key-new", 200);
  expect(logged()).toMatchObject([{ level: 40 }, { level: 30, apiKeys: 2 }]);
});

test("wrong secrets are counted across a reload of the file", async () => {
  const { server, replace, becomes } = await follow(fileOf([KEY]));
  const wrong = { credentials: { Authorization: basicOf("key-file:planted-wrong") } };
  for (let attempt = 1; attempt <= 10; attempt += 1) await send(server, wrong);
  replace(fileOf([KEY, entry("key-new")]));
  await becomes("key-new", 200);
  expect((await send(server, wrong)).status).toBe(429);
});

test("a server that has closed, or failed to start, does not watch its file", async () => {
  const { server, options, replace, logged } = await follow(fileOf([KEY]));
  await server.close();
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  await expect(startStub({ ...options, port })).rejects.toThrow("EADDRINUSE");
  const bearer = { jwks: { url: "ftp://127.0.0.1" }, issuer: "", audience: "" };
  await expect(startStub({ ...options, bearer })).rejects.toThrow("URL of the key set");
  replace(fileOf([]));
  await setTimeout(300);
  expect(logged()).toEqual([]);
});

test("all problems are listed with their pointers, and no value is repeated", async () => {
  const { file } = credentialsFile(
    JSON.stringify({
      token: "planted",
      apiKeys: [
        { ...KEY, secret: "planted", "planted-secret": 1 },
        { ...KEY, id: "planted:id", name: "planted\nname", expires: "2027-02-30T00:00:00Z" },
        entry("key-file", { permissions: [], created: "31.01.2027", revoked: true }),
        entry("none", { sha256: hashSecret(""), permissions: ["user.write", "user.write"], expires: null }),
        "planted",
      ],
      applicationTokens: [{}, entry("app", { sha256: hashSecret("planted").toUpperCase(), permissions: ["a b"] })],
    }),
  );
  const refusal = await startStub({ credentialsFile: file }).catch((error: unknown) => error);
  const { message, problems } = refusal as ConfigurationError;
  const output = [message, ...problems].join("\n");
  expect(output).not.toMatch(/planted|[0-9a-f]{64}/i);
  expect(output.replaceAll(file, "FILE")).toMatchInlineSnapshot(`
    "The credentials file FILE was not loaded: 22 problems.
    /token: is unknown; the known members are apiKeys, applicationTokens
    /apiKeys/0/secret: is unknown; the known members are id, name, sha256, permissions, created, expires, revoked
    /apiKeys/0/…: is unknown; the known members are id, name, sha256, permissions, created, expires, revoked
    /apiKeys/1/id: must be 1 to 128 visible ASCII characters, no colon
    /apiKeys/1/name: must be 1 to 128 characters on one line, not all of them blank
    /apiKeys/1/expires: must be an ISO 8601 date and time with its offset, as in 2027-01-31T00:00:00Z
    /apiKeys/2/permissions: must be a list of one or more different permissions
    /apiKeys/2/created: must be an ISO 8601 date and time with its offset, as in 2027-01-31T00:00:00Z
    /apiKeys/2/revoked: must be an ISO 8601 date and time with its offset, as in 2027-01-31T00:00:00Z
    /apiKeys/3/sha256: must be the SHA-256 of a secret, as 64 lower-case hex digits
    /apiKeys/3/permissions: must be a list of one or more different permissions
    /apiKeys/3/expires: must be an ISO 8601 date and time with its offset, as in 2027-01-31T00:00:00Z
    /apiKeys/4: must be an object
    /applicationTokens/0: must have 'id'
    /applicationTokens/0: must have 'name'
    /applicationTokens/0: must have 'sha256'
    /applicationTokens/0: must have 'permissions'
    /applicationTokens/1/sha256: must be the SHA-256 of a secret, as 64 lower-case hex digits
    /applicationTokens/1/permissions/0: must be a permission: visible ASCII characters
    /apiKeys/2/id: is the same as in entry 0
    /apiKeys/1/sha256: is the same as in entry 0
    /apiKeys/2/sha256: is the same as in entry 0"
  `);
});

test.for([
  ["a missing file", null, "ENOENT: no such file or directory, open 'FILE'"],
  ["an empty file", "", "is not JSON"],
  ["a file that is not JSON", `{"a": planted}`, "is not JSON"],
  ["a comma too many", `{\n  "apiKeys": [],\n}`, "is not JSON: error at line 3 column 1"],
  [
    "a file that is not UTF-8",
    Buffer.from('{"planted\u00ff": 1}', "latin1"),
    "is not UTF-8: error at line 1 column 10",
  ],
  ["a list", "[]", "must be an object with the lists apiKeys and applicationTokens"],
  ["null", "null", "must be an object with the lists apiKeys and applicationTokens"],
  ["a file with only one list", '{"apiKeys": []}', "must have 'applicationTokens'"],
  ["a list that is an object", '{"apiKeys": [], "applicationTokens": {}}', "/applicationTokens: must be a list"],
] as const)("%s fails the start", async ([_, content, problem]) => {
  const { file } = credentialsFile(content);
  const refusal = await startStub({ credentialsFile: file }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ConfigurationError);
  expect(refusal).toMatchObject({
    message: `The credentials file ${file} was not loaded: 1 problem.`,
    problems: [problem.replace("FILE", file)],
  });
});

import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import pino from "pino";
import { expect, onTestFinished, test } from "vitest";
import { hashSecret } from "../../../server/auth/credentials.ts";
import { CredentialsRefused } from "../../../server/auth/credentials-file.ts";
import { startStub } from "../../../server/stub/start-stub.ts";
import { ACCESS, AUDIENCE, basicOf, bearer, ISSUER, mint } from "../../helpers/access.ts";
import { send } from "../../helpers/site.ts";
import { acme } from "../../helpers/stub.ts";

const PAST = "2026-01-31T00:00:00Z";
const SECRET = "planted-secret-of-a-file";
const KEY = entry("key-file");

/** An entry whose secret is SECRET and its id, so that no two hashes are the same. */
function entry(id: string, changes: object = {}) {
  return { id, name: `Name of ${id}`, sha256: hashSecret(SECRET + id), permissions: ["user.write"], ...changes };
}

/** The same entries as keys and as tokens, unless told otherwise. */
function fileOf(apiKeys: unknown[], applicationTokens = apiKeys): string {
  return JSON.stringify({ apiKeys, applicationTokens });
}

function credentialsFile(content: string | Buffer | null) {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "credentials.json");
  if (content !== null) writeFileSync(file, content);
  return {
    file,
    folder,
    /** As editors do: a new file takes the old one's name. */
    replace(text: string) {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    },
  };
}

/** A server that follows a credentials file; Bearer tokens are those of `access.ts`. */
async function follow(content: string) {
  const place = credentialsFile(content);
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push(line) });
  const options = { directory: acme(), access: ACCESS, credentialsFile: place.file, log };
  const server = await startStub(options);
  onTestFinished(() => server.close());
  // Past the look that each start ends with: what a test sees from now on comes of watching.
  await setTimeout(150);
  const basic = (id: string) => send(server, { credentials: { Authorization: basicOf(`${id}:${SECRET}${id}`) } });
  const token = (id: string) => send(server, { credentials: bearer(mint(fresh()), SECRET + id) });
  return {
    ...place,
    server,
    options,
    basic,
    token,
    /** Ends when the token is answered with this status; a key would be locked by the asking. */
    becomes: (id: string, status: number) =>
      expect.poll(async () => (await token(id)).status, { timeout: 10_000, interval: 20 }).toBe(status),
    /** What the log says about the file itself. */
    told: () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => /^credentials/.test(msg)),
  };
}

/** Claims by the system's clock, which these servers go by. */
function fresh() {
  const now = Math.floor(Date.now() / 1_000);
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: "login-hook",
    iat: now - 1,
    exp: now + 600,
    permissions: ["user.write"],
  };
}

test("keys and tokens of the file let in, and those of `access` no longer do", async () => {
  const { server, basic, token } = await follow(fileOf([KEY], [entry("app-file")]));
  expect((await basic("key-file")).status).toBe(200);
  expect((await token("app-file")).status).toBe(200);
  expect((await send(server)).status).toBe(401);
});

test("an entry that has expired is 401, expired; one that was revoked is 401, wrong", async () => {
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

test("a file that is replaced counts without a restart, and one log line says how many there are", async () => {
  const { replace, becomes, basic, told } = await follow(fileOf([KEY]));
  const start = performance.now();
  replace(fileOf([KEY, entry("key-new")]));
  await becomes("key-new", 200);
  // Sooner than looking at the file now and then would find it.
  expect(performance.now() - start).toBeLessThan(1_500);
  expect((await basic("key-new")).status).toBe(200);
  replace(fileOf([{ ...KEY, revoked: PAST }, entry("key-new"), entry("key-more")], [entry("key-new")]));
  await becomes("key-file", 401);
  expect((await basic("key-file")).status).toBe(401);
  expect(told()).toMatchObject([
    { level: 30, apiKeys: 2, applicationTokens: 2, msg: "credentials reloaded" },
    { level: 30, apiKeys: 2, applicationTokens: 1, msg: "credentials reloaded" },
  ]);
});

test("twenty replacements in a row, as fast as they come, end with the last one", async () => {
  const { replace, becomes, told } = await follow(fileOf([KEY]));
  for (let turn = 1; turn <= 20; turn += 1) replace(fileOf([KEY, entry(`key-${turn}`)]));
  await becomes("key-20", 200);
  expect(told().every(({ level }) => level === 30)).toBe(true);
});

test("a file that is written in place counts too", async () => {
  const { file, becomes } = await follow(fileOf([KEY]));
  writeFileSync(file, fileOf([entry("key-new")]));
  await becomes("key-new", 200);
});

test("a folder that is replaced with the file in it is noticed too", async () => {
  const { file, folder, becomes } = await follow(fileOf([KEY]));
  renameSync(folder, `${folder}.old`);
  onTestFinished(() => rmSync(`${folder}.old`, { recursive: true }));
  mkdirSync(folder);
  writeFileSync(file, fileOf([entry("key-new")]));
  await becomes("key-new", 200);
});

test.for([
  ["that is no JSON", `{"apiKeys": [{"id": "${SECRET}}`, " is not JSON from line 1 column 47 on"],
  ["with an entry that is wrong", fileOf([{ ...KEY, sha256: SECRET }], []), "/apiKeys/0/sha256: must be the SHA-256"],
  ["that is cut off", "", " is not JSON"],
] as const)("an edit %s keeps the last good ones, and one warning says why", async ([_, text, problem]) => {
  const { replace, becomes, basic, told } = await follow(fileOf([KEY]));
  replace(text);
  await expect.poll(() => told().length, { timeout: 5_000 }).toBe(1);
  replace(text);
  await setTimeout(200);
  expect((await basic("key-file")).status).toBe(200);
  expect(told()).toMatchObject([{ level: 40, problems: [expect.stringContaining(problem)] }]);
  expect(JSON.stringify(told())).not.toMatch(/planted|[0-9a-f]{64}/);

  replace(fileOf([KEY, entry("key-new")]));
  await becomes("key-new", 200);
  expect(told()).toMatchObject([{ level: 40 }, { level: 30, apiKeys: 2 }]);
});

test("without the file the last good ones go on counting until it is back", async () => {
  const { file, replace, becomes, basic, told } = await follow(fileOf([KEY]));
  rmSync(file);
  await expect
    .poll(() => told(), { timeout: 5_000 })
    .toMatchObject([{ level: 40, problems: [expect.stringMatching(/ENOENT/)] }]);
  expect((await basic("key-file")).status).toBe(200);
  replace(fileOf([entry("key-new")]));
  await becomes("key-new", 200);
});

test("a key that was tried too often stays locked when the file is reloaded", async () => {
  const { server, replace, becomes, basic } = await follow(fileOf([KEY]));
  const wrong = { credentials: { Authorization: basicOf("key-file:planted-wrong") } };
  for (let attempt = 1; attempt <= 10; attempt += 1) await send(server, wrong);
  replace(fileOf([KEY, entry("key-new")]));
  await becomes("key-new", 200);
  expect((await basic("key-file")).status).toBe(429);
});

test("a server that has ended, or never began, no longer follows its file", async () => {
  const { server, options, replace, told } = await follow(fileOf([KEY]));
  await server.close();
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  await expect(startStub({ ...options, port })).rejects.toThrow("EADDRINUSE");
  replace(fileOf([]));
  await setTimeout(300);
  expect(told()).toEqual([]);
});

test("all problems are listed, each with file and pointer, and no value is repeated", async () => {
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
  expect(refusal).toBeInstanceOf(CredentialsRefused);
  const { message, problems } = refusal as CredentialsRefused;
  const output = [message, ...problems].join("\n");
  expect(output).not.toMatch(/planted|[0-9a-f]{64}/i);
  expect(output.replaceAll(file, "FILE")).toMatchInlineSnapshot(`
    "The credentials were not loaded: 22 problems.
    FILE /token: is not known here; known are apiKeys, applicationTokens
    FILE /apiKeys/0/secret: is not known here; known are id, name, sha256, permissions, created, expires, revoked
    FILE /apiKeys/0/…: is not known here; known are id, name, sha256, permissions, created, expires, revoked
    FILE /apiKeys/1/id: must be 1 to 128 visible ASCII characters, no colon
    FILE /apiKeys/1/name: must be 1 to 128 characters on one line, not all of them blank
    FILE /apiKeys/1/expires: must be an ISO 8601 date and time with its offset, as in 2027-01-31T00:00:00Z
    FILE /apiKeys/1/sha256: is that of entry 0 already
    FILE /apiKeys/2/permissions: must be a list of one or more different permissions
    FILE /apiKeys/2/created: must be an ISO 8601 date and time with its offset, as in 2027-01-31T00:00:00Z
    FILE /apiKeys/2/revoked: must be an ISO 8601 date and time with its offset, as in 2027-01-31T00:00:00Z
    FILE /apiKeys/2/id: is that of entry 0 already
    FILE /apiKeys/2/sha256: is that of entry 0 already
    FILE /apiKeys/3/sha256: must be the SHA-256 of a secret, as 64 lower-case hex digits
    FILE /apiKeys/3/permissions: must be a list of one or more different permissions
    FILE /apiKeys/3/expires: must be an ISO 8601 date and time with its offset, as in 2027-01-31T00:00:00Z
    FILE /apiKeys/4: must be an object
    FILE /applicationTokens/0: must have 'id'
    FILE /applicationTokens/0: must have 'name'
    FILE /applicationTokens/0: must have 'sha256'
    FILE /applicationTokens/0: must have 'permissions'
    FILE /applicationTokens/1/sha256: must be the SHA-256 of a secret, as 64 lower-case hex digits
    FILE /applicationTokens/1/permissions: must be a list of one or more different permissions"
  `);
});

test.for([
  ["nothing at all", null, ": ENOENT: no such file or directory, open 'FILE'"],
  ["an empty file", "", ": is not JSON"],
  ["what is no JSON", `{"a": planted}`, ": is not JSON"],
  ["a comma too many", `{\n  "apiKeys": [],\n}`, ": is not JSON from line 3 column 1 on"],
  ["bytes that are no UTF-8", Buffer.from('{"planted\u00ff": 1}', "latin1"), ": is not UTF-8"],
  ["a list", "[]", ": must be an object with the lists apiKeys and applicationTokens"],
  ["null", "null", ": must be an object with the lists apiKeys and applicationTokens"],
  ["one list alone", '{"apiKeys": []}', " /applicationTokens: must be a list"],
] as const)("%s refuses the start", async ([_, content, problem]) => {
  const { file } = credentialsFile(content);
  const refusal = await startStub({ credentialsFile: file }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    name: "CredentialsRefused",
    message: "The credentials were not loaded: 1 problem.",
    problems: [`${file}${problem.replace("FILE", file)}`],
  });
});

test("a byte order mark in front is no fault", async () => {
  const { basic } = await follow(`\ufeff${fileOf([KEY])}`);
  expect((await basic("key-file")).status).toBe(200);
});

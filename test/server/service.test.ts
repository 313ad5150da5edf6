import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run as credentials } from "../../scripts/credentials.ts";
import { MAIN } from "../../scripts/shared/server-process.ts";
import { AUDIENCE, ISSUER, TOKEN_HEADER } from "../helpers/access.ts";
import { startTestProgram } from "../helpers/program.ts";
import { acme, JSON_TYPE, signIn } from "../helpers/stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { createSigner } from "./auth/signers.ts";

const HOOK = fileURLToPath(new URL("../helpers/loaded-modules.ts", import.meta.url));

/** A folder with the files of a service: credentials written by the command, a key set and a directory. */
async function serviceFolder() {
  const folder = temporaryFolder();
  const file = join(folder, "credentials.json");
  const printed: string[] = [];
  const add = (...args: string[]) => credentials(["add", ...args, "--file", file], (line) => printed.push(line));
  expect(await add("api-key", "Login hook")).toBe(0);
  expect(await add("application-token", "Login hook")).toBe(0);
  const signer = createSigner("k-1");
  writeFileSync(join(folder, "keys.json"), JSON.stringify({ keys: [signer.jwk] }));
  writeFileSync(join(folder, "directory.json"), JSON.stringify(acme()));
  return { folder, printed: printed.join("\n"), signer };
}

async function startService(folder: string) {
  const paths = ["--credentials", "credentials.json", "--database", "nexus.sqlite", "--directory", "directory.json"];
  const bearer = ["--jwks-file", "keys.json", "--issuer", ISSUER, "--audience", AUDIENCE];
  const loaded = join(folder, "loaded-modules");
  const command = [process.execPath, "--import", HOOK, MAIN, "--mode", "service", "--port", "0", ...paths, ...bearer];
  const program = startTestProgram(command, { cwd: folder, env: { ...process.env, LOADED_MODULES: loaded } });
  // A refused start prints sentences.
  const [, url = ""] = /"url":"([^"]+)"/.exec(await program.printed(/"url":|\./)) ?? [];
  const modules = () => readFileSync(loaded, "utf8").split("\n");
  return { ...program, modules, url };
}

test("a service accepts keys of the credentials command and tokens of the key set, and loads no file of the stub", async () => {
  const { folder, printed, signer } = await serviceFolder();
  const { url, output, end, modules } = await startService(folder);
  expect(output()).not.toMatch(/demo|curl|Bearer/i);
  const secrets = printed.match(/[\w-]{43}/g) ?? [];
  const [keySecret = "", applicationToken = ""] = secrets;
  const [, keyId = ""] = /id:? +(\S+)/i.exec(printed) ?? [];
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: "login-hook",
    iat: now,
    exp: now + 600,
    permissions: ["user.write"],
  };
  const token = signer.token({ payload: claims });
  const statusOf = async (headers: Record<string, string>) => {
    const request = { method: "PUT", headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(signIn()) };
    return (await fetch(`${url}/v1/users/u-ada/$sync`, request)).status;
  };
  const basic = `Basic ${btoa(`${keyId}:${keySecret}`)}`;
  expect(await statusOf({ Authorization: basic })).toBe(200);
  expect(await statusOf({ Authorization: basic, Prefer: "code=503", "X-Contract-Session": "one two" })).toBe(200);
  expect(await statusOf({ Authorization: `Bearer ${token}`, [TOKEN_HEADER]: applicationToken })).toBe(200);
  expect(await statusOf({ Authorization: `Bearer ${token}` })).toBe(401);

  expect((await end()).code).toBe(0);
  for (const secret of [...secrets, token]) expect(output()).not.toContain(secret);
  expect(modules()).toContainEqual(expect.stringMatching(/\/server\/start\.ts$/));
  const unwanted = ["../../server/stub/", "../../scripts/"].map((folder) => new URL(folder, import.meta.url).href);
  expect(modules().filter((module) => unwanted.some((folder) => module.startsWith(folder)))).toEqual([]);
});

test("a service keeps its port open for 1.5 s after a signal, although no client is connected", async () => {
  const { folder } = await serviceFolder();
  const { url, child, ended } = await startService(folder);
  const start = performance.now();
  child.kill("SIGTERM");
  const statusOf = async (path: string, method = "GET") => {
    return (await fetch(url + path, { method, headers: { Connection: "close" } })).status;
  };
  while ((await statusOf("/readyz")) === 200) await sleep(5);
  // A load balancer that checks every second sends requests until its next check.
  const statuses = () => Promise.all([statusOf("/readyz"), statusOf("/v1/users/u-ada/$sync", "PUT")]);
  let isRefused = false;
  while (!isRefused) {
    const got = await statuses().catch(() => undefined);
    if (got) expect(got).toEqual([503, 401]);
    else isRefused = true;
    await sleep(50);
  }
  expect(performance.now() - start).toBeGreaterThan(1_450);
  expect((await ended).code).toBe(0);
});

test.for<[name: string, file: string, text: string, line: RegExp]>([
  ["an invalid credentials file", "credentials.json", "{", /credentials/],
  ["an invalid key set", "keys.json", "{}", /keys\.json/],
])("%s ends the start with exit code 2 and its name", async ([, file, text, line]) => {
  const { folder } = await serviceFolder();
  writeFileSync(join(folder, file), text);
  const { output, ended } = await startService(folder);
  expect((await ended).code).toBe(2);
  expect(output()).toMatch(line);
  expect(output()).not.toMatch(/\n *at /);
});

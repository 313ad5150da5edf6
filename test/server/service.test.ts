import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run as credentials } from "../../scripts/credentials.ts";
import { AUDIENCE, ISSUER, TOKEN_HEADER } from "../helpers/access.ts";
import { startTestProgram } from "../helpers/program.ts";
import { acme, JSON_TYPE, signIn } from "../helpers/stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { createSigner } from "./auth/signers.ts";

const MAIN = fileURLToPath(new URL("../../server/main.ts", import.meta.url));

/** A folder with all that a service needs: credentials from the command, a key set, a directory. */
async function servicePlace() {
  const folder = temporaryFolder();
  const file = join(folder, "credentials.json");
  const printed: string[] = [];
  const add = (...args: string[]) => credentials(["add", ...args, "--file", file], (line) => printed.push(line));
  expect(await add("api-key", "Login hook")).toBe(0);
  expect(await add("application-token", "Login hook")).toBe(0);
  const signer = createSigner("k-1");
  writeFileSync(join(folder, "keys.json"), JSON.stringify({ keys: [signer.jwk] }));
  writeFileSync(join(folder, "directory.json"), JSON.stringify(acme()));
  return { folder, file, printed: printed.join("\n"), signer };
}

async function startService(folder: string, ...flags: string[]) {
  const paths = ["--credentials", "credentials.json", "--database", "nexus.sqlite", "--directory", "directory.json"];
  const bearer = ["--jwks-file", "keys.json", "--issuer", ISSUER, "--audience", AUDIENCE];
  const args = [MAIN, "--mode", "service", "--port", "0", ...paths, ...bearer, ...flags];
  const program = startTestProgram([process.execPath, ...args], { cwd: folder });
  const output = await program.printed(/http:\/\/|\./);
  return { ...program, url: /http:\/\/\S+/.exec(output)?.[0] ?? "" };
}

test("a service lets in keys of the credentials command and tokens of the key set, and shows no demo data", async () => {
  const { folder, printed, signer } = await servicePlace();
  const { url, output, end } = await startService(folder);
  expect(output()).not.toMatch(/demo|curl|Bearer/i);
  const secrets = printed.match(/[\w-]{43}/g) ?? [];
  const [keySecret = "", applicationToken = ""] = secrets;
  const [, keyId = ""] = /id:? +(\S+)/i.exec(printed) ?? [];
  const now = Math.floor(Date.now() / 1_000);
  const token = signer.token({
    payload: { iss: ISSUER, aud: AUDIENCE, sub: "login-hook", iat: now, exp: now + 600, permissions: ["user.write"] },
  });
  const call = async (headers: Record<string, string>) => {
    const sent = { method: "PUT", headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(signIn()) };
    return (await fetch(`${url}/v1/users/u-ada/$sync`, sent)).status;
  };
  const basic = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString("base64")}`;
  expect(await call({ Authorization: basic })).toBe(200);
  expect(await call({ Authorization: basic, Prefer: "code=503", "X-Contract-Session": "one two" })).toBe(200);
  expect(await call({ Authorization: `Bearer ${token}`, [TOKEN_HEADER]: applicationToken })).toBe(200);
  expect(await call({ Authorization: `Bearer ${token}` })).toBe(401);

  expect((await end()).code).toBe(0);
  for (const secret of [...secrets, token]) expect(output()).not.toContain(secret);
});

test.for<[what: string, file: string, text: string, line: RegExp]>([
  ["a broken credentials file", "credentials.json", "{", /credentials/],
  ["a broken key set", "keys.json", "{}", /keys\.json/],
])("%s ends the start with exit 2 and says so", async ([, file, text, line]) => {
  const { folder } = await servicePlace();
  writeFileSync(join(folder, file), text);
  const { output, ended } = await startService(folder);
  expect((await ended).code).toBe(2);
  expect(output()).toMatch(line);
  expect(output()).not.toMatch(/\n *at /);
});

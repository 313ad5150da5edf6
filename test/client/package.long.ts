import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type RunningStub, startStub } from "../../server/stub/start-stub.ts";
import { runLog, watchSecrets } from "../helpers/run-log.ts";
import { acme, basicOf, signIn } from "../helpers/stub.ts";
import { bundle, execute, olderNode, type PackedClient, packClient } from "./packed-client.ts";

let packed: PackedClient;
beforeAll(async () => {
  packed = await packClient();
}, 120_000);
afterAll(() => packed?.remove());

const OLDER = await olderNode();
const IMPORTS = {
  mjs: 'import { createNexusClient } from "nexus-sync-client";',
  cjs: 'const { createNexusClient } = require("nexus-sync-client");',
};

test.for(["mjs", "cjs"] as const)("a .%s script calls the contract server on this Node", async (kind) => {
  expect(await rolesFrom(process.execPath, kind)).toEqual(["Engineer"]);
});

test.for(["mjs", "cjs"] as const)("a .%s script calls the contract server on an older Node", async (kind, { skip }) => {
  if (!OLDER) return skip("no supported Node older than this one is on the path");
  expect(await rolesFrom(OLDER, kind)).toEqual(["Engineer"]);
});

test.for([
  ["this", process.execPath],
  ["an older", OLDER],
] as const)("the command starts on %s Node", async ([, node], { skip }) => {
  if (!node) return skip("no supported Node older than this one is on the path");
  const command = join(packed.project, "node_modules/.bin/nexus-sync-client");
  const { stdout, stderr } = await execute(node, [command]).catch((error) => error);
  expect(`${stdout}${stderr}`).toContain("backfill");
});

test("the ESM and the CommonJS copy recognise each other's errors in one process", async () => {
  packed.write("copies.mjs", COPIES);
  const { stdout } = await execute(process.execPath, ["copies.mjs"], { cwd: packed.project });
  expect(JSON.parse(stdout)).toEqual({
    areDistinct: true,
    requiredRecognisesImported: true,
    importedRecognisesRequired: true,
  });
});

const COPIES = `
import { createRequire } from "node:module";
import * as imported from "nexus-sync-client";
const required = createRequire(import.meta.url)("nexus-sync-client");
const errorOf = ({ createNexusClient }) => {
  try { return createNexusClient({ baseUrl: "nowhere" }); } catch (error) { return error; }
};
console.log(JSON.stringify({
  areDistinct: imported.isNexusError !== required.isNexusError,
  requiredRecognisesImported: required.isNexusError(errorOf(imported)),
  importedRecognisesRequired: imported.isNexusError(errorOf(required)),
}));
`;

test("a browser bundle uses no Node API and makes a call", async () => {
  const code = await bundle(packed, 'export * from "nexus-sync-client";', { format: "iife", globalName: "nexus" });
  expect(code).not.toMatch(/["'`]node:|\brequire\(|\bBuffer\b/);
  const sent: string[] = [];
  const fetch = (url: string) => {
    sent.push(url);
    return Promise.resolve(Response.json({ userId: "u-ada" }));
  };
  const context = createContext({ ...webGlobals(), fetch, body: signIn() });
  const call = `nexus.createNexusClient({
    baseUrl: "https://nexus.example",
    credentials: { type: "basic", username: "page", password: "secret" },
    dangerouslyAllowBrowser: true,
  }).safeSyncUserIdentity("auth0|ada", body)`;
  expect(await runInContext(`${code}\n${call}`, context)).toMatchObject({ ok: true, data: { userId: "u-ada" } });
  expect(sent).toEqual(["https://nexus.example/v1/users/auth0%7Cada/$sync"]);
});

/** Globals of browsers and edge workers, without `process` and `Buffer`. */
function webGlobals() {
  const fetching = "AbortController AbortSignal DOMException FormData Headers Request Response URL URLSearchParams";
  const others =
    "TextDecoder TextEncoder btoa clearTimeout crypto performance queueMicrotask setTimeout structuredClone";
  const all = `${fetching} ${others}`.split(" ");
  return Object.fromEntries(all.map((name) => [name, Reflect.get(globalThis, name)]));
}

test.for([
  [["nexus-sync-client"], 6_500],
  [["nexus-sync-client", "nexus-sync-client/bulk"], 7_500],
] as const)("%s is at most %i bytes, minified and gzipped", async ([names, limit]) => {
  const source = names.map((name) => `export * from "${name}";\n`).join("");
  const code = await bundle(packed, source, { format: "esm", minify: true });
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`${names.join(" + ")}: ${size} bytes`);
  expect(size).toBeLessThanOrEqual(limit);
});

test.for(["nexus-client.js", "nexus-client.cjs"])("dist/%s imports no other entry", (file) => {
  const sources = loadedBy(`dist/${file}`).flatMap((loaded) =>
    Array.from(packed.read(loaded).matchAll(/^\/\/#region (.+)$/gm), ([, source = ""]) => source),
  );
  expect(sources).toContain("nexus-client.ts");
  expect(sources.filter((source) => /^(auth0|backfill|bulk|testing|validate)\b|validators/.test(source))).toEqual([]);
});

async function rolesFrom(node: string, kind: keyof typeof IMPORTS): Promise<string[]> {
  const server = await startAcme();
  packed.write(`call.${kind}`, `${IMPORTS[kind]}\n${CALL}`);
  const file = join(packed.project, `call.${kind}`);
  const env = { ...process.env, NEXUS_URL: server.url, NEXUS_SECRET: String(basicOf(server).password) };
  const { stdout } = await execute(node, [file, basicOf(server).username, JSON.stringify(signIn(GROUPS))], { env });
  return JSON.parse(stdout);
}

const GROUPS = { groups: ["engineers"] };
const CALL = `
const [username, body] = process.argv.slice(2);
const credentials = { type: "basic", username, password: process.env.NEXUS_SECRET };
createNexusClient({ baseUrl: process.env.NEXUS_URL, credentials })
  .syncUserIdentity("u-ada", JSON.parse(body))
  .then(({ roles }) => console.log(JSON.stringify(roles.map(({ name }) => name))));
`;

async function startAcme(): Promise<RunningStub> {
  const server = await startStub({ directory: acme(), log: runLog() });
  watchSecrets(server);
  onTestFinished(() => server.close());
  return server;
}

/** A built file and the built files it imports. */
function loadedBy(file: string, known: string[] = []): string[] {
  if (known.includes(file) || !existsSync(join(packed.installed, file))) return known;
  const next = packed.read(file).matchAll(/(?:from|import|import\(|require\()\s*"(\.\/[^"]+)"/g);
  return Array.from(next, ([, path = ""]) => join(dirname(file), path)).reduce(
    (all, path) => loadedBy(path, all),
    [...known, file],
  );
}

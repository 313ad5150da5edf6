import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn } from "../helpers/stub.ts";
import { CALLER } from "./caller-source.ts";
import { bundle, execute, olderNode, type PackedClient, packClient, ROOT } from "./packed-client.ts";

let packed: PackedClient;
beforeAll(async () => {
  packed = await packClient();
}, 120_000);
afterAll(() => packed?.remove());

const NODES = [
  ["this", process.execPath],
  ["an older", await olderNode()],
] as const;

test.for(NODES)("the command runs on %s Node", async ([, node], { skip }) => {
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
    areInstances: true,
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
  areInstances: errorOf(required) instanceof imported.NexusError && errorOf(imported) instanceof required.NexusError,
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
  [["nexus-sync-client"], 7_000],
  [["nexus-sync-client", "nexus-sync-client/bulk"], 8_200],
] as const)("%s is at most %i bytes, minified and gzipped", async ([names, limit]) => {
  const source = names.map((name) => `export * from "${name}";\n`).join("");
  const code = await bundle(packed, source, { format: "esm", minify: true });
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`${names.join(" + ")}: ${size} bytes`);
  expect(size).toBeLessThanOrEqual(limit);
});

test.for([
  ["node16", "node16", "caller.mts"],
  ["node16", "node16", "caller.cts"],
  ["nodenext", "nodenext", "caller.mts"],
  ["nodenext", "nodenext", "caller.cts"],
  ["esnext", "bundler", "caller.ts"],
  ["commonjs", "node10", "caller.ts"],
] as const)("a caller compiles with module %s, resolution %s, as %s", async ([module, moduleResolution, file]) => {
  packed.write(file, CALLER);
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
  const environment = { target: "es2022", lib: ["es2022", "dom"], types: [] };
  const compilerOptions = { module, moduleResolution, ...strict, ...environment };
  packed.write("tsconfig.json", JSON.stringify({ compilerOptions, files: [file] }));
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { stdout } = await execute(process.execPath, [tsc, "--pretty", "false"], { cwd: packed.project }).catch(
    (error) => error,
  );
  expect(stdout).toBe("");
});

test("attw reports no problem", async () => {
  const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const args = [attw, packed.tarball, "--format", "json", "--no-definitely-typed"];
  const { stdout } = await execute(process.execPath, args, { maxBuffer: 1e8 }).catch((error) => error);
  const { analysis, problems } = JSON.parse(stdout);
  expect(problems).toEqual({});
  const paths = [".", "./auth0", "./bulk", "./package.json", "./testing", "./token", "./validate"];
  expect(Object.keys(analysis.entrypoints).toSorted()).toEqual(paths);
});

test("publint reports nothing, not even a suggestion", async () => {
  const tarball = new Uint8Array(readFileSync(packed.tarball)).buffer;
  const { messages, pkg } = await publint({ pack: { tarball }, level: "suggestion", strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test("the tarball contains dist, the documentation and package.json, and no path of this machine", () => {
  const built = packed.built.map((file) => `dist/${file}`);
  expect(packed.files.toSorted()).toEqual(
    [...built, "README.md", "backfill.md", "networking.md", "package.json"].toSorted(),
  );
  const here = [ROOT, dirname(packed.project), `${homedir()}/`, "file:///", "node_modules/.", "../../"];
  const telling = packed.files.filter((file) => here.some((path) => packed.read(file).includes(path)));
  expect(telling).toEqual([]);
});

test("the package has no dependencies, and its declarations import none", () => {
  const manifest = JSON.parse(packed.read("package.json"));
  const lists = ["dependencies", "peerDependencies", "optionalDependencies", "bundledDependencies", "publishConfig"];
  expect(lists.filter((list) => list in manifest)).toEqual([]);
  const declarations = packed.files.filter((file) => /\.d\.c?ts$/.test(file));
  const imported = declarations.flatMap((file) =>
    Array.from(packed.read(file).matchAll(/(?:from|import\()\s*"([^"]+)"/g), ([, name = ""]) => name),
  );
  expect(imported.filter((name) => !name.startsWith("./"))).toEqual([]);
  expect(declarations.filter((file) => /openapi-fetch|NodeJS\./.test(packed.read(file)))).toEqual([]);
});

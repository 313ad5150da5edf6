import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CALLER } from "./caller-source.ts";
import { execute, type PackedClient, packClient, ROOT } from "./packed-client.ts";

let packed: PackedClient;
beforeAll(async () => {
  packed = await packClient();
}, 120_000);
afterAll(() => packed?.remove());

test.for([
  ["node16", "node16", "caller.mts"],
  ["node16", "node16", "caller.cts"],
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

test("the compiled caller uses every public name", () => {
  const [, exported = ""] = /export \{([^}]*)\}/.exec(packed.read("dist/nexus-client.d.ts")) ?? [];
  const [, used = ""] = /import \{([^}]*)\}/.exec(CALLER) ?? [];
  expect(namesOf(used)).toEqual(namesOf(exported));
});

test("attw reports no problem", async () => {
  const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const args = [attw, packed.tarball, "--format", "json", "--no-definitely-typed"];
  const { stdout } = await execute(process.execPath, args, { maxBuffer: 1e8 }).catch((error) => error);
  const { analysis, problems } = JSON.parse(stdout);
  expect(problems).toEqual({});
  const paths = [".", "./auth0", "./bulk", "./package.json", "./testing", "./validate"];
  expect(Object.keys(analysis.entrypoints).toSorted()).toEqual(paths);
});

test("publint reports nothing, not even a suggestion", async () => {
  const tarball = new Uint8Array(readFileSync(packed.tarball)).buffer;
  const { messages, pkg } = await publint({ pack: { tarball }, level: "suggestion", strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test("the tarball contains dist, README and package.json, and no path of this machine", () => {
  const built = packed.built.map((file) => `dist/${file}`);
  expect(packed.files.toSorted()).toEqual([...built, "README.md", "package.json"].toSorted());
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

function namesOf(list: string): string[] {
  return Array.from(list.matchAll(/\w+(?=\s*(?:,|$))/g), ([name]) => name).toSorted();
}

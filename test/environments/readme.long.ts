import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../../client/package.json" with { type: "json" };
import { actionSource, createActionApi, postLoginEvent, runAction, tokenEndpoint } from "../client/auth0-action.ts";
import { exportedNames } from "../client/doc-comments.ts";
import { execute, ROOT } from "../client/packed-client.ts";
import { acme, basicOf, bearerOf, startStubWithClient } from "../helpers/stub.ts";
import { type Environments, installEnvironments, SLOW } from "./environment.ts";

const README = readFileSync(join(ROOT, "client/README.md"), "utf8");

let environments: Environments;
beforeAll(async () => {
  environments = await installEnvironments("--omit=dev");
}, 420_000);
afterAll(() => environments?.remove(), 120_000);

/** Options for the examples. */
const COMPILER = { module: "nodenext", types: ["node"], skipLibCheck: true, noEmit: true };

test("the commands that install the package name the tarball that they make", async () => {
  const { name, version } = manifest;
  const named = Array.from(README.matchAll(/[\w./-]+\.tgz/g), ([file]) => basename(file));
  expect(named.length).toBeGreaterThan(1);
  expect(new Set(named)).toEqual(new Set([`${name}-${version}.tgz`]));
  const { stdout } = await execute("npm", ["pack", "./client", "--dry-run", "--json"], { cwd: ROOT });
  expect(JSON.parse(stdout)).toMatchObject([{ filename: named[0] }]);
});

test("the example of a call prints the roles", SLOW, async () => {
  const [, example = ""] = /## Call\n\n```ts\n([\s\S]*?)```/.exec(README) ?? [];
  const { server } = await startStubWithClient({ directory: acme({ user: { id: "auth0|5f7c" } }) });
  const { username, password } = basicOf(server);
  const text = example.replace("https://api.example", server.url).replace("key-1f0c93a2b7de", String(username));
  environments.write("readme.mts", text);
  expect(await environments.compile(["readme.mts"], COMPILER)).toBe("");
  const env = { NEXUS_SECRET: String(password), NO_COLOR: "1" };
  expect(await environments.run([process.execPath, "readme.mts"], env)).toMatch(/^true \[[\s\S]*name: 'Engineer'/);
});

test("the table of the testing module has every exported name, and its examples respond", SLOW, async () => {
  const [, section = ""] = /\n## Testing code that calls it\n([\s\S]*?)\n## /.exec(README) ?? [];
  const cells = Array.from(section.matchAll(/^\| (`.*?) \|/gm), ([, cell = ""]) => cell);
  const named = cells.flatMap((cell) => Array.from(cell.matchAll(/`(\w+)[`(]/g), ([, name]) => name));
  const declarations = environments.pathOf("../node_modules/nexus-sync-client/dist/testing.d.ts");
  const options = ["answer", "respond", "failures"];
  expect(named.filter((name = "") => !options.includes(name)).toSorted()).toEqual(
    exportedNames(declarations).toSorted(),
  );

  const [, , respond = ""] = /```ts\n([\s\S]*?)```[\s\S]*?```ts\n([\s\S]*?)```/.exec(section) ?? [];
  environments.write("testing.mts", `${TESTED}${respond}${SHOWN}`);
  expect(await environments.compile(["testing.mts"], COMPILER)).toBe("");
  const shown = JSON.parse(await environments.run([process.execPath, "testing.mts"]));
  expect(shown).toEqual([{ roles: ["engineers"] }, { isAuthenticated: false }, { status: 404 }]);
});

const TESTED = `
import { createNexusClient } from "nexus-sync-client";
import { createContractFetch } from "nexus-sync-client/testing";
`;
const SHOWN = `
const credentials = { type: "basic", username: "u", password: "p" } as const;
const client = createNexusClient({ baseUrl: "https://nexus.test", credentials, fetch });
const body = { audience: "a", attributes: [], connection: { connectionId: "c", groups: ["engineers"] } };
const [ada, charles, nobody] = await Promise.all(
  ["u-ada", "u-charles", "u-nobody"].map((id) => client.safeSyncUserIdentity(id, body)),
);
if (!ada?.ok || !charles?.ok || nobody?.ok !== false) throw new Error("The results are not as expected.");
const { isAuthenticated } = charles.data;
const roles = ada.data.roles.map(({ name }) => name);
console.log(JSON.stringify([{ roles }, { isAuthenticated }, { status: nobody.error.status }]));
`;

test("the Action is bundled by the command, and the bundle signs a user in", async ({ skip }) => {
  const esbuild = environments.need("@esbuild/*/bin/esbuild", skip);
  const [, command = ""] = /^npx esbuild (.*)$/m.exec(README) ?? [];
  // In this folder, .js files are ES modules.
  environments.write("action.cjs", actionSource());
  await environments.run([esbuild, ...command.replace("action.js", "action.cjs").split(" ")]);
  const bundle = readFileSync(environments.pathOf("dist/action.js"), "utf8");
  console.log(`Bundled Action: ${bundle.length} bytes`);
  expect(bundle).not.toContain("require(");
  expect(bundle.length).toBeLessThan(30_000);

  const { server } = await startStubWithClient({ directory: acme({ user: { id: "auth0|ada" } }) });
  const { token, applicationToken } = bearerOf(server);
  tokenEndpoint(() => Response.json({ access_token: token, expires_in: 3_600 }));
  const { api, claims, denied } = createActionApi();
  const { onExecutePostLogin, output } = runAction(bundle);
  const secrets = { NEXUS_URL: server.url, NEXUS_APPLICATION_TOKEN: String(applicationToken) };
  await onExecutePostLogin(postLoginEvent(secrets), api);
  expect([claims, denied, output]).toEqual([{ "https://acme.example/roles": ["Engineer"] }, [], []]);
});

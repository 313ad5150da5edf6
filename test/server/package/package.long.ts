import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { DEMO_PAIR, DEMO_SECRET, readyFrom } from "../../../scripts/shared/server-process.ts";
import type { Ready } from "../../../server/ready.ts";
import { olderNode } from "../../client/packed-client.ts";
import { startTestProgram } from "../../helpers/program.ts";
import { execute, type Installed, installPackages, nodeRelease, ROOT } from "./packed-server.ts";

let packed: Installed;
beforeAll(async () => {
  packed = await installPackages();
}, 180_000);
afterAll(() => packed?.remove(), 60_000);

/** Installs and compiles, next to other tests. */
const TIMEOUT = { timeout: 120_000 };

const README = readFileSync(join(ROOT, "server/package/README.md"), "utf8");
const TEST_FILE = /```ts\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
const PYTEST_FILE = /```python\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
const SERVER_PAGES = ["README.md", "dist/CHANGELOG.md", "dist/server/README.md", "dist/server/operating.md"];
const DEMO_ENVIRONMENT = { ...process.env, NEXUS_SYNC_DEMO_SECRET: DEMO_SECRET };

test("the build prints how to install both tarballs", () => {
  expect(packed.output).toMatch(/^ {2}npm install --save-dev \S+nexus-sync-1\.0\.0\.tgz$/m);
  expect(packed.output).toMatch(/^ {2}npm install \S+nexus-sync-client-1\.0\.0\.tgz$/m);
  expect(packed.output).toMatch(/`npx nexus-sync` starts the stub/);
});

test.for(["nexus-sync", "nexus-sync-client"])("each link in the pages of %s leads to a packed file", async (name) => {
  const folder = join(packed.project, "node_modules", name);
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"));
  expect(pages).toEqual(expect.arrayContaining(name === "nexus-sync" ? SERVER_PAGES : ["README.md", "backfill.md"]));
  for (const page of pages) {
    const links = readFileSync(join(folder, page), "utf8").matchAll(/\]\(([^)#]+)[)#]/g);
    for (const [, link = ""] of Array.from(links).filter(([, target = ""]) => !target.startsWith("https://")))
      expect(existsSync(join(folder, dirname(page), link)), `${page}: ${link}`).toBe(true);
  }
  const named = readFileSync(join(folder, "README.md"), "utf8").matchAll(/`(node_modules\/nexus-sync\/[^`]+)`/g);
  for (const [, path = ""] of named) expect(existsSync(join(packed.project, path)), path).toBe(true);
});

test("npx starts the stub, which syncs a demo user and serves its pages", TIMEOUT, async () => {
  // npm does not pass signals on, so the test ends the process group.
  const options = { cwd: packed.project, detached: true, env: DEMO_ENVIRONMENT };
  const server = startTestProgram(["npx", "nexus-sync", "--port", "0"], options);
  await expectStub(await readyFrom(server));
  process.kill(-Number(server.child.pid), "SIGTERM");
  await server.ended;
});

async function expectStub({ url, controlUrl }: Ready): Promise<void> {
  const connection = { connectionId: "con_acme-ad", groups: ["engineers"] };
  const response = await fetch(`${url}/v1/users/u-ada/$sync`, {
    method: "PUT",
    headers: { Authorization: `Basic ${btoa(DEMO_PAIR)}`, "Content-Type": "application/json" },
    body: JSON.stringify({ audience: "https://api.acme.example", attributes: [], connection }),
  });
  expect([response.status, await response.json()]).toMatchObject([200, { isAuthenticated: true }]);
  for (const path of ["/", "/docs", "/page.js", "/swagger-ui.css", "/swagger-ui-bundle.js", "/openapi.json", "/faults"])
    expect([path, (await fetch(controlUrl + path)).status]).toEqual([path, 200]);
}

test("the package has the command for credentials", async () => {
  const args = [packed.command, "credentials", "add", "api-key", "Login hook"];
  const { stdout } = await execute(process.execPath, args, { cwd: packed.project });
  expect(stdout).toMatch(/^ {2}secret {2}\S+$/m);
});

test("the command conformance is green for the stub, and red with a fault", TIMEOUT, async () => {
  const server = startTestProgram([process.execPath, packed.command, "--port", "0"], { env: DEMO_ENVIRONMENT });
  const { url, controlUrl } = await readyFrom(server);
  const args = [packed.command, "conformance", "--url", url, "--runs", "5", "--seed", "1"];
  const check = () => {
    const env = { ...process.env, NEXUS_SYNC_AUTH_BASIC: DEMO_PAIR };
    return startTestProgram([process.execPath, ...args], { cwd: packed.project, env }).ended;
  };
  expect(await check()).toMatchObject({ code: 0, output: expect.stringContaining("\nConformant: ") });
  await fetch(`${controlUrl}/faults`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ rules: [{ fault: { kind: "malformed-json" } }] }),
  });
  expect(await check()).toMatchObject({ code: 1, output: expect.stringContaining("  FAIL  response 200: body\n") });
  await server.end();
});

test(
  "the command works on the oldest Node with node:sqlite, and refuses a database file there",
  TIMEOUT,
  async ({ skip }) => {
    const oldest = await nodeRelease("22.13.0");
    if (!oldest) return skip("Node 22.13.0 can't be installed here");
    const server = startTestProgram([oldest, packed.command, "--port", "0"], { env: DEMO_ENVIRONMENT });
    await expectStub(await readyFrom(server));
    expect((await server.end()).code).toBe(0);
    const file = join(packed.project, "nexus.sqlite");
    const refused = await startTestProgram([oldest, packed.command, "--port", "0", "--database", file]).ended;
    expect(refused.code).toBe(2);
    expect(refused.output).toMatch(/^SQLite 3\.47\.2 is too old for a database file: use a Node\.js release with /m);
    packed.write("oldest.test.mjs", forNodeTest());
    const { stdout } = await execute(oldest, ["--test", "--test-reporter=tap", "oldest.test.mjs"], {
      cwd: packed.project,
    });
    expect(stdout).toMatch(/^# pass 1$/m);
  },
);

test.for([
  ["Node 16", () => nodeRelease("16.20.2")],
  ["the oldest supported Node of the client", olderNode],
] as const)("the command and the import refuse %s with one line", TIMEOUT, async ([, find], { skip }) => {
  const node = await find();
  if (!node) return skip("this Node is not here");
  const line = /^nexus-sync needs Node 22\.13 or later, because it uses node:sqlite; this is Node \d+\.\d+\.\d+\.\n$/;
  const refused = await startTestProgram([node, packed.command]).ended;
  expect(refused).toMatchObject({ code: 2, output: expect.stringMatching(line) });
  packed.write(
    "import.mjs",
    'import { startServer } from "nexus-sync";\nstartServer().catch((e) => console.log(e.message));',
  );
  const { stdout } = await execute(node, ["import.mjs"], { cwd: packed.project });
  expect(stdout).toMatch(line);
});

test(
  "the test in the README passes in another project with vitest, and fails for a caller without retries",
  TIMEOUT,
  async () => {
    await packed.install(`vitest@${manifest.devDependencies.vitest}`);
    const run = async (name: string, text: string) => {
      packed.write(name, text);
      const vitest = join(packed.project, "node_modules/vitest/vitest.mjs");
      return execute(process.execPath, [vitest, "run", name], { cwd: packed.project, env: { PATH: process.env.PATH } });
    };
    expect((await run("caller.test.ts", TEST_FILE)).stdout).toMatch(/1 passed/);
    const withoutRetries = TEST_FILE.replace("baseUrl: stub.url,", "baseUrl: stub.url, retry: { limit: 0 },");
    await expect(run("without.test.ts", withoutRetries)).rejects.toMatchObject({
      stdout: expect.stringMatching(/1 failed/),
    });
  },
);

test("the test in the README passes with node:test", async () => {
  packed.write("node.test.ts", forNodeTest());
  const args = ["--test", "--test-reporter=tap", "node.test.ts"];
  const { stdout } = await execute(process.execPath, args, { cwd: packed.project });
  expect(stdout).toMatch(/^# pass 1$/m);
});

test("the test in the README passes with pytest", TIMEOUT, async ({ skip }) => {
  const python = (...args: string[]) => execute("python3", ["-m", "pytest", ...args], { cwd: packed.project });
  const isInstalled = await python("--version").then(
    () => true,
    () => false,
  );
  if (!isInstalled) return skip("pytest is not installed here");
  packed.write("test_login.py", PYTEST_FILE);
  expect((await python("-q", "test_login.py")).stdout).toMatch(/^1 passed/m);
});

/** The test of the README for node:test, in JavaScript. */
function forNodeTest(): string {
  return TEST_FILE.replace('import { afterAll, expect, test } from "vitest"', 'import { after, test } from "node:test"')
    .replace("afterAll(", "after(")
    .replace(" as const", "")
    .replace("expect(verdict).toMatchObject({ passed: true });", "if (!verdict.passed) throw new Error(verdict);");
}

test("a caller compiles with strict types of the stub, the service and the contract", TIMEOUT, async () => {
  packed.write("typed.ts", TYPED);
  const compilerOptions = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
  const environment = {
    module: "nodenext",
    target: "es2022",
    lib: ["es2024", "dom"],
    types: [],
    resolveJsonModule: true,
  };
  packed.write(
    "tsconfig.json",
    JSON.stringify({ compilerOptions: { ...compilerOptions, ...environment }, files: ["typed.ts"] }),
  );
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { stdout } = await execute(process.execPath, [tsc, "--pretty", "false"], { cwd: packed.project }).catch(
    (error) => error,
  );
  expect(stdout).toBe("");
});

const TYPED = `
import { type FaultRule, type RunningStub, startServer, type User } from "nexus-sync";
import contract from "nexus-sync/openapi.json" with { type: "json" };
const stub: RunningStub = await startServer({ directory: { users: [], roles: [], roleConnectionMaps: [] } });
const rules: FaultRule[] = [{ times: 1, fault: { kind: "reset" } }];
stub.faults.replace(rules);
const user: User | undefined = await stub.user("u-1");
const version: string = contract.info.version;
const service = await startServer({ mode: "service", database: "x.sqlite" });
// @ts-expect-error A service has no faults.
service.faults;
// @ts-expect-error There is no such kind.
stub.faults.replace([{ fault: { kind: "rest" } }]);
export { user, version };
`;

test("publint reports nothing, and attw only that the package is ESM", async () => {
  const tarball = new Uint8Array(readFileSync(packed.tarball)).buffer;
  const { messages, pkg } = await publint({ pack: { tarball }, level: "suggestion", strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  const attw = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const args = [attw, packed.tarball, "--format", "json", "--no-definitely-typed", "--profile", "esm-only"];
  const { stdout } = await execute(process.execPath, args, { maxBuffer: 1e8 }).catch((error) => error);
  const problems: { kind: string; resolutionKind?: string }[] = Object.values(
    JSON.parse(stdout).problems,
  ).flat() as never;
  const found = problems.filter(({ resolutionKind }) => resolutionKind !== "node10");
  expect(found.map(({ kind }) => kind).filter((kind) => kind !== "CJSResolvesToESM")).toEqual([]);
});

test("the tarball has no source, no install script and no path of this machine", async () => {
  const { stdout } = await execute("tar", ["-xzOf", packed.tarball], { maxBuffer: 1e8 });
  for (const path of [ROOT, `${homedir()}/`, "file:///work"]) expect(stdout.includes(path)).toBe(false);
  const { stdout: list } = await execute("tar", ["-tzf", packed.tarball]);
  expect(list.split("\n").filter((name) => name.endsWith(".ts"))).toEqual(["package/dist/entry.d.ts"]);
  const lock = JSON.parse(readFileSync(join(packed.project, "package-lock.json"), "utf8"));
  const withScripts = Object.entries(lock.packages).filter(([, one]) => Object(one).hasInstallScript);
  expect(withScripts.map(([name]) => name).filter((name) => !/fsevents/.test(name))).toEqual([]);
});

import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { startStub } from "../server/stub/start-stub.ts";
import environments from "./environments/package.json" with { type: "json" };
import { basicOf } from "./helpers/stub.ts";
import { copyProject, copyWithHistory } from "./scripts/generate/project-copy.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const textOf = (file: string) => readFileSync(join(ROOT, file), "utf8");
const README = textOf("README.md");

/** The names in code format in the first column of the table below a heading. */
function namesIn(file: string, heading: string): string[] {
  const [, section = ""] = textOf(file).split(`\n## ${heading}\n`);
  const [table = ""] = section.split("\n## ");
  const cells = table
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|")[1] ?? "");
  return cells.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name ?? ""));
}

test("the README is short", () => {
  expect(README.split("\n").length).toBeLessThan(200);
});

test("the client example prints the roles of a demo user", async () => {
  const project = copyProject();
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(README) ?? [];
  project.write("example.ts", example);
  const server = await startStub({ directory: join(ROOT, "server/demo-directory.json") });
  const environment = { NEXUS_URL: server.url, NEXUS_SECRET: String(basicOf(server).password) };
  // Not spawnSync: the server runs in this process.
  const env = { ...process.env, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, [join(project.root, "example.ts")], { env });
  await server.close();
  expect(stdout).toMatch(/name: 'Engineer'/);
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
});

test("the example test of a caller passes, and fails for a caller without retries", async () => {
  const project = copyProject();
  const [, section = ""] = README.split("## Test your caller");
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(section) ?? [];
  const run = (name: string, text: string) => {
    project.write(name, text);
    return promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap", name], { cwd: project.root });
  };
  expect((await run("caller.test.ts", example)).stdout).toMatch(/^# pass 1$/m);
  const withoutRetries = example.replace("baseUrl: stub.url,", "baseUrl: stub.url, retry: { limit: 0 },");
  await expect(run("without-retries.test.ts", withoutRetries)).rejects.toMatchObject({
    stdout: expect.stringMatching(/^# fail 1$/m),
  });
});

test("the table of settings lists the same as --help", () => {
  const { stdout } = spawnSync(process.execPath, [join(ROOT, "server/main.ts"), "--help"], { encoding: "utf8" });
  const flags = Array.from(stdout.matchAll(/^ {2}(--\S+) +(\S+) +(\S+)/gm), ([, flag, variable, preset]) => [
    flag,
    variable,
    preset,
  ]);
  const rows = textOf("server/README.md")
    .split("\n")
    .filter((line) => line.startsWith("| `--"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(
    rows.map(([, flag, variable, preset]) => [flag?.replaceAll("`", ""), variable?.replaceAll("`", ""), preset]),
  ).toEqual(flags);
});

const SELECTS = "          description: >-\n            Selects the custom UPN of the client";
const UPN = `        clientUpnKey:\n          type: [string, "null"]\n          maxLength: 255\n${SELECTS}`;

test.for([
  ["good", UPN, `        deviceId:\n          type: string\n${UPN}`],
  ["bad", "required: [key]", "required: [kye]"],
  ["breaking", "required: [key]", "required: [key, value]"],
] as const)("a %s edit prints the output in the README", { timeout: 90_000 }, ([title, from, to]) => {
  const [, session = ""] = README.split(`**A ${title} edit**`);
  const [, options = "", shown] = /```\n\$ npm run -s generate(?: -- (.*))?\n([\s\S]*?)```/.exec(session) ?? [];
  const file = manifest.scripts.generate.split(" ").at(-1) ?? "";
  const project = copyWithHistory();
  project.edit("openapi.yaml", from, to);
  const { output } = project.runScript(file, ...options.split(" ").filter(Boolean));
  expect(withoutLines(output)).toBe(withoutLines(shown ?? ""));
});

/** Removes line numbers, so that a longer contract does not require another README. */
function withoutLines(text: string): string {
  return text.replaceAll(/openapi\.yaml:\d+/g, "openapi.yaml:N").replaceAll(/^ +\d* \|/gm, "  N |");
}

test("every dependency is named with its reason, and pinned", () => {
  const { dependencies, devDependencies } = environments;
  const installed = { ...manifest.dependencies, ...manifest.devDependencies, ...dependencies, ...devDependencies };
  expect(namesIn("CONTRIBUTING.md", "Dependencies").toSorted()).toEqual(Object.keys(installed).toSorted());
  for (const version of Object.values(installed)) expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
});

test("every link of the documentation leads to a file", () => {
  for (const file of [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "server/README.md",
    "server/conformance/README.md",
    "server/conformance/judges.md",
    "server/operating.md",
    "server/package/README.md",
    "server/store/README.md",
    "server/store/backup.md",
    "server/stub/README.md",
    "client/README.md",
    "client/backfill.md",
    "client/networking.md",
    "scripts/README.md",
  ]) {
    const links = textOf(file).matchAll(/\]\(([^)#]+)\)/g);
    for (const [, link = ""] of Array.from(links).filter(([, target = ""]) => !target.startsWith("https://")))
      expect(existsSync(join(ROOT, dirname(file), link)), `${file}: ${link}`).toBe(true);
  }
});

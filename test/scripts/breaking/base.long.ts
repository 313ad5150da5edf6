import { execFileSync } from "node:child_process";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { run } from "../../../scripts/generate.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { copyProject, copyWithHistory } from "../generate/project-copy.ts";
import { TAGS, THINGS, thingsWith } from "./things-contract.ts";

const IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@test.example", "-c", "commit.gpgsign=false"];
const git = (cwd: string, ...args: string[]) =>
  execFileSync("git", [...IDENTITY, ...args], { cwd, encoding: "utf8" }).trim();

/** The gate in a folder that contains a contract only. */
async function gateIn(root: string, ...args: string[]) {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const code = await run(["--breaking", ...args], print, { root, printError: print });
  return { code, output: lines.join("\n") };
}

/** A copy whose last commit breaks callers. */
function copyWithBreakingCommit() {
  const project = copyWithHistory();
  project.edit("openapi.yaml", "required: [key]", "required: [key, value]");
  project.commit();
  return project;
}

const SHALLOW = /shallow clone.* fetch-depth: 0.* git fetch --unshallow/;

test("a shallow clone is refused with the setting that it needs", async () => {
  const { root } = copyWithBreakingCommit();
  const clone = temporaryFolder();
  git(root, "clone", "--quiet", "--depth", "1", pathToFileURL(root).href, clone);
  const previous = git(root, "rev-parse", "HEAD~1");
  for (const args of [[], ["--against", git(clone, "rev-parse", "HEAD")], ["--against", previous]]) {
    const { code, output } = await gateIn(clone, ...args);
    expect(output).toMatch(SHALLOW);
    expect(code).toBe(2);
  }
});

test("forty zeros, which CI passes for a new branch, are refused with the variable to set", async () => {
  const { root } = copyWithBreakingCommit();
  const { code, output } = await gateIn(root, "--against", "0".repeat(40));
  expect(output).toBe(
    `'${"0".repeat(40)}' stands for no commit: the branch is new. Set NEXUS_SYNC_BASE to a commit of the main branch, or remove it.`,
  );
  expect(code).toBe(2);
});

test("HEAD is compared with an edit, and is refused in CI or under another name if there is none", async () => {
  const project = copyWithBreakingCommit();
  const { root } = project;
  const head = git(root, "rev-parse", "HEAD");
  expect(await gateIn(root)).toEqual({ code: 0, output: "openapi.yaml describes the same API as at HEAD." });
  const refusal = (name: string) =>
    `${name} is HEAD, which would be compared with itself. Set NEXUS_SYNC_BASE, or --against, to an older commit of the main branch.`;
  expect(await gateIn(root, "--against", head)).toEqual({ code: 2, output: refusal(head) });
  vi.stubEnv("CI", "true");
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await gateIn(root)).toEqual({ code: 2, output: refusal("HEAD") });
  project.edit("openapi.yaml", "maxItems: 1000\n", "maxItems: 10\n");
  expect((await gateIn(root)).output).toContain("1 breaking");
});

test("the first line of git is printed", async () => {
  const unknown = await gateIn(copyWithHistory().root, "--against", "nowhere");
  expect(unknown).toEqual({
    code: 2,
    output: `The git revision 'nowhere' was not found. git: fatal: Needed a single revision
Set NEXUS_SYNC_BASE, or --against, to an older commit of the main branch.`,
  });
  const { code, output } = await gateIn(copyProject().root);
  expect(output).toMatch(/^The git revision 'HEAD' was not found. git: fatal: not a git repository/);
  expect(code).toBe(2);
});

/** A repository with the given files, all committed. */
function repositoryWith(files: Readonly<Record<string, object>>) {
  const root = temporaryFolder();
  const write = (name: string, content: object) => writeFileSync(join(root, name), JSON.stringify(content, null, 2));
  for (const [name, content] of Object.entries(files)) write(name, content);
  git(root, "init", "--quiet");
  git(root, "add", ".");
  git(root, "commit", "--quiet", "--message", "Contract");
  return { root, write };
}

test("a contract that is a symbolic link is compared with the target that it had", async () => {
  const { root } = repositoryWith({ "things.yaml": THINGS });
  symlinkSync("things.yaml", join(root, "openapi.yaml"));
  git(root, "add", ".");
  git(root, "commit", "--quiet", "--amend", "--no-edit");
  rmSync(join(root, "openapi.yaml"));
  writeFileSync(join(root, "openapi.yaml"), JSON.stringify(thingsWith({ PUT: undefined })));
  expect((await gateIn(root)).output).toContain("  breaking  operation-removed\n");
});

test("moving a schema to another file breaks no caller, and a change in that file is reported at its line", async () => {
  const { root, write } = repositoryWith({ "openapi.yaml": THINGS });
  const split = thingsWith({ "THING properties tags": { $ref: "tags.yaml" } });
  write("tags.yaml", TAGS);
  write("openapi.yaml", split);
  expect((await gateIn(root)).output).toContain("Compared with HEAD: 0 breaking");
  git(root, "add", ".");
  git(root, "commit", "--quiet", "--message", "Split");
  expect(await gateIn(root)).toEqual({ code: 0, output: "openapi.yaml describes the same API as at HEAD." });
  write("tags.yaml", { ...TAGS, items: { type: "string", maxLength: 3 } });
  const { code, output } = await gateIn(root);
  expect(output).toContain("tags.yaml:5:5  breaking  schema-constraint-changed\n");
  expect(code).toBe(1);
});

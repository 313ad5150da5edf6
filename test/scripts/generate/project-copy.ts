import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { run } from "../../../scripts/generate.ts";
import { copyProjectTo } from "../../../scripts/shared/project-copy.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** Milliseconds after which a child process is killed, because it hangs. */
const HANGS_AFTER_MS = 60_000;

/** A copy of the project without its tests in a temporary folder; the installed packages are shared. */
export function copyProject() {
  const root = copyProjectTo(temporaryFolder());
  return {
    root,
    read: (file: string) => readFileSync(join(root, file), "utf8"),
    write: (file: string, text: string) => writeFileSync(join(root, file), text),
    /** Replaces a text that the file must contain. */
    edit(file: string, from: string, to: string) {
      const text = readFileSync(join(root, file), "utf8");
      if (!text.includes(from)) throw new Error(`${file} does not contain '${from}'.`);
      writeFileSync(join(root, file), text.replaceAll(from, to));
    },
    /** Runs the generator in this process without its advice. */
    async generate(...args: string[]) {
      const lines: string[] = [];
      const print = (line: string) => void lines.push(line);
      const code = await run(args, print, { root, isBrief: true, printError: print });
      return { code, output: lines.map((line) => `${line}\n`).join("") };
    },
    typeCheck: () => spawnNode(root, join(ROOT, "node_modules/typescript/bin/tsc"), "--pretty", "false"),
    runScript: (file: string, ...args: string[]) => spawnNode(root, file, ...args),
  };
}

/** A copy whose contract is committed to a git repository. */
export function copyWithHistory() {
  const project = copyProject();
  const git = (...args: string[]) => {
    const settings = ["-c", "user.name=Test", "-c", "user.email=test@test.example", "-c", "commit.gpgsign=false"];
    const { status, stderr } = spawnSync("git", [...settings, ...args], { cwd: project.root, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  const commit = (...files: string[]) => {
    git("add", "openapi.yaml", ...files);
    git("commit", "--quiet", "--message", "The contract");
  };
  git("init", "--quiet");
  commit();
  return { ...project, commit };
}

function spawnNode(cwd: string, file: string, ...args: string[]) {
  const options = { cwd, encoding: "utf8", timeout: HANGS_AFTER_MS } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], options);
  return { code: status, output: `${stdout}${stderr}` };
}

/** All files below a folder: name, text and modification time. */
export function filesIn(folder: string): [name: string, text: string, mtimeMs: number][] {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  const files = entries.filter((name) => statSync(join(folder, name)).isFile());
  return files.map((name) => [name, readFileSync(join(folder, name), "utf8"), statSync(join(folder, name)).mtimeMs]);
}

/** All files below a folder without their times. */
export function textsIn(folder: string): [name: string, text: string][] {
  return filesIn(folder).map(([name, text]) => [name, text]);
}

export type Edit = [from: string, to: string];

/** Output of `npm run generate` for an invalid contract. `generated/` must keep its bytes and times. */
export async function refused(project: ReturnType<typeof copyProject>, change: () => void): Promise<string> {
  const state = () => filesIn(join(project.root, "generated"));
  const before = state();
  change();
  const { code, output } = await project.generate();
  expect(code).toBe(2);
  expect(state()).toEqual(before);
  return output;
}

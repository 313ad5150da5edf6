import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startProgram, until } from "../shared/program.ts";
import { copyProjectTo } from "../shared/project-copy.ts";
import type { Row } from "./report.ts";
import { type Bench, type Figures, sideBySide } from "./side-by-side.ts";

/** Edits before the measured ones: the compiler is then as warm as in a watch of some minutes. */
const WARM_UP = 3;
const LIMIT_MS = 120_000;

/**
 * Milliseconds from a save of the contract to what `npm run generate -- --watch` prints about it: the problems of an
 * invalid contract, the changes since HEAD, the lines of the code that no longer compile, and the result with the tests.
 */
export async function watchTimes(bench: Bench): Promise<Row[]> {
  const root = copyProjectTo(join(bench.site.folder, "watch"), "test");
  commit(root, "openapi.yaml");
  const file = join(root, "openapi.yaml");
  const source = readFileSync(file, "utf8");
  const invalid = source.replace("required: [key]", "required: [kye]");
  // The server has a problem document for this status.
  const breaking = source.replace('        "429":\n          $ref: "#/components/responses/TooManyRequests"\n', "");
  const program = startProgram([process.execPath, "scripts/generate.ts", "--watch"], { cwd: root });
  await program.printed(/nothing was written/);
  const save = (text: string, ...patterns: RegExp[]) => {
    const from = program.output().length;
    writeFileSync(file, text);
    return Promise.all(patterns.map((pattern) => until(() => pattern.test(program.output().slice(from)), LIMIT_MS)));
  };
  const measure = async (): Promise<Figures> => {
    const [problems] = await save(invalid, /was not changed/);
    await save(source, /^fixed$/m);
    const [changes, code] = await save(breaking, /^Compared with HEAD/m, /^\d+ handwritten lines? no longer/m);
    const [all] = await save(source, /^The handwritten code compiles/m);
    return { "problems ms": problems, "breaking ms": changes, "code ms": code, "code and tests ms": all };
  };
  try {
    for (let edits = 0; edits < WARM_UP; edits += 1) await measure();
    return await sideBySide({ "after a save": measure }, bench);
  } finally {
    await program.end("SIGKILL");
  }
}

function commit(root: string, file: string): void {
  const author = ["-c", "user.name=Bench", "-c", "user.email=bench@bench.example", "-c", "commit.gpgsign=false"];
  const git = (...args: string[]) => execFileSync("git", [...author, ...args], { cwd: root });
  git("init", "--quiet");
  git("add", file);
  git("commit", "--quiet", "--message", "The contract");
}

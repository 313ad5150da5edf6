import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { regenerate } from "./generate/regenerate.ts";
import type { Print } from "./shared/print.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PARTS = ["openapi.yaml", "package.json", "generated", "scripts", "server/stub"];
const ROUNDS = 7;
/** Edits before those that count: by then the compilers run warm, as they do in a watch of some minutes. */
const WARM_UP = 15;

/** Milliseconds. */
const TARGETS = { cold: 1_500, unchanged: 1_000, warm: 150 };
const TITLES = { cold: "cold, generated/ is empty", unchanged: "unchanged", warm: "warm, one property added" };

/** Prints what `generateTimes` measures, as median with the least and the most. */
export async function run(print: Print): Promise<number> {
  const times = await generateTimes();
  print(row("", "median", "least", "most"));
  for (const how of ["cold", "unchanged", "warm"] as const) print(summary(TITLES[how], TARGETS[how], times[how]));
  return 0;
}

/**
 * How long a regeneration takes, in milliseconds: cold and unchanged as processes of their own, warm as `--watch` does
 * it, without its 100 ms debounce. What follows the writing (the type check of the handwritten code, the comparison with
 * HEAD) is not in it.
 */
export async function generateTimes(): Promise<Record<keyof typeof TARGETS, number[]>> {
  const root = mkdtempSync(join(tmpdir(), "nexus-sync-"));
  try {
    for (const part of PARTS) cpSync(join(ROOT, part), join(root, part), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"), "dir");
    return {
      cold: measured(() => cold(root)),
      unchanged: measured(() => generateIn(root)),
      warm: await warm(root),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function cold(root: string): void {
  rmSync(join(root, "generated"), { recursive: true, force: true });
  generateIn(root);
}

function generateIn(root: string): void {
  const brief =
    'const { run } = await import("./scripts/generate.ts"); process.exitCode = await run([], () => {}, { isBrief: true });';
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", brief], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The generator ended with ${status}: ${stderr}`);
}

function measured(work: () => void): number[] {
  return Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
}

/** An added property, each time another one: schemas, types and validators all change. */
async function warm(root: string): Promise<number[]> {
  const file = join(root, "openapi.yaml");
  const source = readFileSync(file, "utf8");
  const times: number[] = [];
  for (let edit = 0; edit < WARM_UP + ROUNDS; edit += 1) {
    writeFileSync(
      file,
      source.replace("        nickname:\n", `        nickname${edit}:\n          type: string\n        nickname:\n`),
    );
    const start = performance.now();
    const { written } = await regenerate({ root, isCheck: false }, () => {});
    if (written.length === 0) throw new Error("The edit was not seen.");
    times.push(performance.now() - start);
  }
  return times.slice(WARM_UP);
}

function summary(what: string, target: number, times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b).map((time) => `${Math.round(time)} ms`);
  const [least = "", median = "", most = ""] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return `${row(what, median, least, most)}   (target ${target} ms)`;
}

function row(what: string, ...figures: string[]): string {
  return [what.padEnd(28), ...figures.map((figure) => figure.padStart(8))].join("");
}

if (import.meta.main) process.exitCode = await run(console.log);

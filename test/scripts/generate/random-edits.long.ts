import { join } from "node:path";
import { expect, test } from "vitest";
import { typeErrors } from "../../../scripts/generate/advice.ts";
import { run } from "../../../scripts/generate.ts";
import { copyProject, filesIn } from "./project-copy.ts";

const EDITS = 300;
/** The whole project is compiled after this many accepted edits. */
const COMPILE_EVERY = 25;

/** mulberry32, a small seeded generator. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

type Mutation = (lines: string[], at: number) => string[];

const MUTATIONS: Record<string, Mutation> = {
  delete: (lines, at) => lines.toSpliced(at, 1),
  duplicate: (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ""),
  swap: (lines, at) => lines.with(at, lines[at + 1] ?? "").with(Math.min(at + 1, lines.length - 1), lines[at] ?? ""),
  rename: (lines, at) => lines.with(at, (lines[at] ?? "").replace(/[A-Za-z]([A-Za-z]*)/, "x$1")),
  retype: (lines, at) => lines.with(at, (lines[at] ?? "").replace(/: .*/, ": 7")),
};

test(`${EDITS} random edits are accepted, or rejected with a position, and never crash`, {
  timeout: 600_000,
}, async () => {
  const project = copyProject();
  const source = project.read("openapi.yaml");
  const lines = source.split("\n");
  const pick = seeded(20_261_123);
  const folder = join(project.root, "generated");
  const state = () => filesIn(folder);
  const outcomes = { accepted: 0, rejected: 0 };

  for (let edit = 0; edit < EDITS; edit += 1) {
    const names = Object.keys(MUTATIONS);
    const name = names[pick(names.length)] ?? "delete";
    const at = pick(lines.length - 1);
    const what = `edit ${edit}: ${name} line ${at + 1}: ${lines[at]}`;
    project.write("openapi.yaml", (MUTATIONS[name]?.(lines, at) ?? lines).join("\n"));
    const before = state();
    const printed: string[] = [];

    const code = await run([], (line) => printed.push(line), { root: project.root, isBrief: true }).catch(
      (error: Error) => expect.fail(`${what}\n${error.stack}`),
    );

    expect([0, 2], what).toContain(code);
    expect(printed.join("\n"), what).not.toMatch(/\n {4}at /);
    if (code === 2) {
      outcomes.rejected += 1;
      expect(printed[0], what).toMatch(/^openapi\.yaml:\d+:\d+ {2}error {2}\S+\n {2}\S/);
      expect(state(), what).toEqual(before);
    } else {
      outcomes.accepted += 1;
      // Handwritten code may not compile; generated code must.
      const errors = outcomes.accepted % COMPILE_EVERY === 0 ? await typeErrors(project.root) : [];
      expect(
        errors.filter((error) => error.startsWith("generated/")),
        what,
      ).toEqual([]);
    }
  }
  expect(outcomes.accepted).toBeGreaterThan(EDITS / 5);
  expect(outcomes.rejected).toBeGreaterThan(EDITS / 5);
});

import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { typeErrors } from "../../../scripts/generate/advice.ts";
import { copyProject, filesIn } from "./project-copy.ts";

const EDITS = 300;
/** The whole project is compiled after this many accepted edits. */
const COMPILE_EVERY = 25;

type Mutation = (lines: string[], at: number) => string[];

const MUTATIONS: Record<string, Mutation> = {
  delete: (lines, at) => lines.toSpliced(at, 1),
  duplicate: (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ""),
  swap: (lines, at) => lines.with(at, lines[at + 1] ?? "").with(at + 1, lines[at] ?? ""),
  rename: (lines, at) => lines.with(at, (lines[at] ?? "").replace(/[A-Za-z]([A-Za-z]*)/, "x$1")),
  retype: (lines, at) => lines.with(at, (lines[at] ?? "").replace(/: .*/, ": 7")),
};

const TITLE = `${EDITS} random edits are accepted, or rejected with a position, and never crash`;

test(TITLE, { timeout: 600_000 }, async () => {
  const project = copyProject();
  const lines = project.read("openapi.yaml").split("\n");
  const edits = fc.tuple(fc.constantFrom(...Object.entries(MUTATIONS)), fc.nat({ max: lines.length - 2 }));
  const codes: number[] = [];
  for (const [[name, mutate], at] of fc.sample(edits, { numRuns: EDITS, seed: 20_261_123, unbiased: true })) {
    const label = `edit ${codes.length}: ${name} line ${at + 1}: ${lines[at]}`;
    project.write("openapi.yaml", mutate(lines, at).join("\n"));
    const before = filesIn(join(project.root, "generated"));

    const { code, output } = await project.generate().catch((error: Error) => expect.fail(`${label}\n${error.stack}`));

    codes.push(code);
    expect([0, 2], label).toContain(code);
    expect(output, label).not.toMatch(/\n {4}at /);
    if (code === 2) {
      expect(output, label).toMatch(/^openapi\.yaml:\d+:\d+ {2}error {2}\S+\n {2}\S/);
      expect(filesIn(join(project.root, "generated")), label).toEqual(before);
    } else if (codes.filter((other) => other === 0).length % COMPILE_EVERY === 0) {
      // Handwritten code may not compile; generated code must.
      expect((await typeErrors(project.root)).join("\n"), label).not.toMatch(/^generated\//m);
    }
  }
  for (const code of [0, 2]) expect(codes.filter((other) => other === code).length).toBeGreaterThan(EDITS / 5);
});

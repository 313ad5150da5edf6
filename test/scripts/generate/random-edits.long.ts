import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { contractFolder } from "./contract-folder.ts";
import { copyProject, filesIn } from "./project-copy.ts";
import { randomEdits } from "./random-edits.ts";
import { expectServed } from "./served.ts";
import { typeErrors } from "./type-errors.ts";

const TIMEOUT = { timeout: 600_000 };
/** The whole project is compiled after this many accepted edits. */
const COMPILE_EVERY = 25;

interface Generator {
  generate(): Promise<{ code: number; output: string }>;
}

/** The exit code, which must not be that of a defect. A rejection must have a position. */
async function outcomeOf({ generate }: Generator, label: string): Promise<number> {
  const { code, output } = await generate().catch((error: Error) => expect.fail(`${label}\n${error.stack}`));
  expect([0, 2], label).toContain(code);
  expect(output, label).not.toMatch(/\n {4}at /);
  if (code === 2) expect(output, label).toMatch(/^openapi\.yaml:\d+:\d+ {2}error {2}\S+\n {2}\S/);
  return code;
}

function expectBothCodes(codes: readonly number[]): void {
  for (const code of [0, 2]) expect(codes.filter((other) => other === code).length).toBeGreaterThan(codes.length / 5);
}

test("300 random edits of the contract are accepted, or rejected with a position", TIMEOUT, async () => {
  const project = copyProject();
  const codes: number[] = [];
  for (const { label, text } of randomEdits(project.read("openapi.yaml"), 300, 20_261_123)) {
    project.write("openapi.yaml", text);
    const before = filesIn(join(project.root, "generated"));
    codes.push(await outcomeOf(project, label));
    if (codes.at(-1) === 2) {
      expect(filesIn(join(project.root, "generated")), label).toEqual(before);
    } else {
      await expectServed(join(project.root, "generated"), { label, sendsRight: false });
    }
    if (codes.at(-1) === 0 && codes.filter((other) => other === 0).length % COMPILE_EVERY === 0) {
      // Handwritten code may not compile; generated code must.
      expect((await typeErrors(project.root)).join("\n"), label).not.toMatch(/^generated\//m);
    }
  }
  expectBothCodes(codes);
});

const FIXTURES = ["library.yaml", "orders.yaml"].flatMap((file) =>
  [1, 2, 3, 4, 5, 6].map((seed) => [file, seed] as const),
);

test.for(FIXTURES)(
  "150 random edits of the fixture %s are accepted, or rejected (seed %i)",
  TIMEOUT,
  async ([file, seed]) => {
    const source = readFileSync(fileURLToPath(new URL(`../../fixtures/${file}`, import.meta.url)), "utf8");
    const folder = await contractFolder({ "openapi.yaml": source });
    const codes: number[] = [];
    for (const { label, text } of randomEdits(source, 150, seed)) {
      writeFileSync(join(folder.root, "openapi.yaml"), text);
      codes.push(await outcomeOf(folder, label));
      // The request validator does not start with the open tuple of orders.yaml.
      if (codes.at(-1) === 0 && file === "library.yaml") await expectServed(join(folder.root, "out"), { label });
    }
    expectBothCodes(codes);
  },
);

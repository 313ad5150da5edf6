import { expect, test } from "vitest";
import { contractFolder, contractWith } from "./contract-folder.ts";

type Parts = Parameters<typeof contractWith>[0];
type Problem = [rule: string, message: string, underlined: string];

/** A contract, whole or in parts, and its problems in line order. */
export type Rejection = [title: string, contract: Parts & { text?: string }, ...expected: Problem[]];

/** The problems as rule, message and the first underlined characters. Each must be at the place that its frame shows. */
function problemsIn(output: string) {
  const found = output.matchAll(
    /^\S+:\d+:\d+ {2}error {2}(\S+)\n {2}(.+)\n(?: +\d+ \|.*\n)? +\d+ \| ?(.*)\n +\| ( *)(\^+)$/gm,
  );
  return Array.from(found, ([, rule, message, text = "", indent = "", marks = ""]) => [
    rule,
    message,
    text.slice(indent.length, indent.length + marks.length),
  ]);
}

/** Each contract must be rejected with exactly its problems. */
export function testRejections(cases: readonly Rejection[]): void {
  test.for(cases)("%s is reported at its place with what to write", async ([, { text, ...parts }, ...expected]) => {
    const folder = await contractFolder({ "openapi.yaml": text ?? contractWith(parts) });
    const { code, output } = await folder.generate();
    expect(problemsIn(output)).toEqual(expected);
    expect(code).toBe(2);
  });
}

import { expect, test } from "vitest";
import type { Mutation } from "../../scripts/mutations/mutation.ts";
import { run } from "../../scripts/mutations.ts";

const FILE = "test/helpers/run-log.ts";
const FROM = 'return log.split("\\n").flatMap((line) => {';
const TEST = ["test/helpers/run-log.test.ts", "secrets, tokens, attribute values"] as const;

test("a mutation counts only if it compiles and its test fails by assertion", { timeout: 240_000 }, async () => {
  const mutation = (name: string, to: string, from = FROM): Mutation => ({
    name,
    edits: [[FILE, from, to]],
    test: TEST,
  });
  const lines: string[] = [];
  const mutations = [
    mutation("an empty result", FROM.replace("log.split", "log.slice(0, 0).split")),
    mutation("an unknown function", FROM.replace("log.split", "log.divide")),
    mutation("an exception", `if (log !== "") throw new Error("Broken.");\n  ${FROM}`),
    mutation("a change without effect", `${FROM} // nothing`),
    mutation("text that is missing", "", "no such text"),
    { ...mutation("a title that is missing", ""), test: [TEST[0], "no such test"] as const },
  ];
  expect(await run(mutations, (line) => lines.push(line))).toBe(1);
  expect(lines.map((line) => line.split("\n", 1)[0])).toEqual([
    "noticed an empty result",
    expect.stringMatching(/^MISSED {2}an unknown function: the mutation does not compile: test\/helpers\/run-log\.ts/),
    expect.stringMatching(/^MISSED {2}an exception: ".*" fails for another reason: Error: Broken\./),
    expect.stringMatching(/^MISSED {2}a change without effect: ".*" passes$/),
    "MISSED  text that is missing: test/helpers/run-log.ts contains 0 times, not once: no such text",
    'MISSED  a title that is missing: test/helpers/run-log.test.ts has no test "no such test".',
  ]);
});

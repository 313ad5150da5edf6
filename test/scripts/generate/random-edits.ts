import fc from "fast-check";

type Mutation = (lines: string[], at: number, value: string) => string[];

const edited = (change: (line: string, value: string) => string): Mutation => {
  return (lines, at, value) => lines.with(at, change(lines[at] ?? "", value));
};

/** Edits of one line of a YAML file; those with `inner` change a flow mapping, `{ a: 1, b: 2 }`. */
const MUTATIONS: Record<string, Mutation> = {
  delete: (lines, at) => lines.toSpliced(at, 1),
  duplicate: (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ""),
  swap: (lines, at) => lines.with(at, lines[at + 1] ?? "").with(at + 1, lines[at] ?? ""),
  indent: edited((line) => `  ${line}`),
  outdent: edited((line) => line.replace(/^ {2}/, "")),
  rename: edited((line) => line.replace(/[A-Za-z]([A-Za-z]*)/, "x$1")),
  "rename inner": edited((line) => line.replace(/([{,] )[A-Za-z]([A-Za-z]*)/, "$1x$2")),
  retype: edited((line, value) => line.replace(/: .*/, `: ${value}`)),
  "retype inner": edited((line, value) => line.replace(/: [^,{}[\]]+(?=[,} ])/, `: ${value}`)),
  "remove inner": edited((line) => line.replace(/[\w$-]+: [^,{}[\]]+, /, "")),
};

const VALUES = ["7", "-1", "''", "string", "true", "null", "{}", "[]", "[{}]", "{ $ref: '#/components/schemas/X' }"];

/** Random edits of a YAML file, each with a label. */
export function randomEdits(source: string, count: number, seed: number): { label: string; text: string }[] {
  const lines = source.split("\n");
  const edits = fc.tuple(
    fc.constantFrom(...Object.entries(MUTATIONS)),
    fc.nat({ max: lines.length - 2 }),
    fc.constantFrom(...VALUES),
  );
  return fc.sample(edits, { numRuns: count, seed, unbiased: true }).map(([[name, mutate], at, value], index) => ({
    label: `edit ${index} of seed ${seed}: ${name} line ${at + 1}, ${value}: ${lines[at]}`,
    text: mutate(lines, at, value).join("\n"),
  }));
}

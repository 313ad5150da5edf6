import { createRequire } from "node:module";
import type { Schema } from "../../../../server/contract/document.ts";
import type { Finding, Pointer } from "../../diagnostic.ts";

const RULE = "schema-pattern";

/** The patterns of a schema must be regular expressions, and none must take exponential time: the server would not respond. */
export function checkPatterns({ pattern, patternProperties }: Schema, pointer: Pointer): Finding[] {
  const names = Object.keys(Object(patternProperties));
  const patterns: (Pick<Finding, "pointer" | "at"> & { text: string })[] = names.map((text) => ({
    text,
    pointer: [...pointer, "patternProperties", text],
    at: "key",
  }));
  if (pattern !== undefined) patterns.push({ text: String(pattern), pointer: [...pointer, "pattern"] });
  return patterns.flatMap(({ text, ...place }) => {
    const message = problemOf(text);
    return message === undefined ? [] : [{ ...place, rule: RULE, message }];
  });
}

/** A group that is repeated. Without one, no pattern takes exponential time. */
const REPEATED_GROUP = /\)[*+{]/;
/** Milliseconds. A pattern that takes longer to analyse is accepted. */
const LIMIT_MS = 2_000;
/** Maximum number of cached problems; a full cache is cleared. */
const MAX_CACHED = 1_000;
/** By pattern, of this process: a watch reads a contract again and again. */
const PROBLEMS = new Map<string, string | undefined>();

function problemOf(pattern: string): string | undefined {
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    const { message } = error as Error;
    // As in `[\\w\\:]`, which other languages accept.
    const remedy = message.endsWith("Invalid escape") ? " Write the character without its backslash." : "";
    return `${message}.${remedy}`;
  }
  if (!REPEATED_GROUP.test(pattern)) return undefined;
  if (PROBLEMS.has(pattern)) return PROBLEMS.get(pattern);
  if (PROBLEMS.size >= MAX_CACHED) PROBLEMS.clear();
  const problem = slowProblem(pattern);
  PROBLEMS.set(pattern, problem);
  return problem;
}

const load = createRequire(import.meta.url);

function slowProblem(pattern: string): string | undefined {
  // Loaded here, because it takes 40 ms, and most contracts have no such pattern.
  const { checkSync }: typeof import("recheck") = load("recheck");
  const found = checkSync(pattern, "u", { timeout: LIMIT_MS });
  if (found.status !== "vulnerable" || found.complexity.type !== "exponential") return undefined;
  const text = found.attack.pattern;
  return `This pattern takes exponential time for ${text}, and would block the server. Let each text match its repeated group in one way only.`;
}

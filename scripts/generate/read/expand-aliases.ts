import type { Pointer } from "../diagnostic.ts";

/** Far above any contract: a limit for aliases of aliases, which multiply. */
const MAX_VALUES = 1_000_000;
/** Far above any contract, and far below what the libraries can follow by recursion. */
const MAX_DEPTH = 250;
export const TOO_DEEP = `This is nested more than ${MAX_DEPTH} levels deep. Refer to a component`;

/** The reason why a YAML value is no JSON document, and the place. */
export interface ExpansionProblem {
  pointer: Pointer;
  message: string;
}

/**
 * A copy in which no two places share an object, as in JSON: the parser returns the same object for each alias of an anchor.
 * Returns a problem if an anchor contains itself, or if a number does not exist in JSON, or if the value is too deep or too large.
 */
export function expandAliases(root: unknown): { value: unknown; problem?: ExpansionProblem } {
  const found: { problem?: ExpansionProblem } = {};
  let count = 0;
  const copy = (value: unknown, pointer: Pointer, parents: readonly object[]): unknown => {
    count += 1;
    const message = problemOf(value, count, parents);
    if (message !== undefined) found.problem ??= { pointer, message };
    if (found.problem || typeof value !== "object" || value === null) return value;
    const inside = [...parents, value];
    if (Array.isArray(value)) return value.map((item, index) => copy(item, [...pointer, index], inside));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, [...pointer, key], inside)]));
  };
  const value = copy(root, [], []);
  return found.problem ? { value: undefined, ...found } : { value };
}

function problemOf(value: unknown, count: number, parents: readonly object[]): string | undefined {
  if (count > MAX_VALUES) return `The document has more than ${MAX_VALUES} values after its aliases are replaced`;
  if (typeof value === "number" && !Number.isFinite(value)) return `'${value}' does not exist in JSON`;
  if (typeof value === "object" && value !== null && parents.includes(value)) return "The anchor contains itself";
  if (parents.length > MAX_DEPTH) return TOO_DEEP;
  return undefined;
}

import { isNode, isScalar, LineCounter, parseDocument, type Range } from "yaml";
import type { ContractDocument } from "../../server/contract/document.ts";
import type { Diagnostic, Place, Pointer } from "./diagnostic.ts";
import { expandAliases, TOO_DEEP } from "./read/expand-aliases.ts";
import { keyText, nodeErrors, pairAt, TAG_MESSAGE } from "./read/yaml-nodes.ts";

/** Position of a value, or of its key if `at` is "key". A missing value has the position of its nearest parent. */
export type Locate = (pointer: Pointer, at?: "key" | "value") => Place;

export interface ParsedContract {
  document: ContractDocument;
  source: string;
  locate: Locate;
}

/** Parses a contract. Syntax errors (duplicate keys, tabs, bad indents) are returned, not thrown. */
export function parseContract(source: string): { contract?: ParsedContract; diagnostics: Diagnostic[] } {
  const { value, locate, problems } = parseYaml(source);
  const diagnostics = problems.map((problem) => ({ ...problem, rule: "yaml" }));
  if (diagnostics.length > 0) return { diagnostics };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const place = { line: 1, column: 1, length: 1 };
    return { diagnostics: [{ ...place, rule: "yaml", message: "The contract is not a YAML mapping." }] };
  }
  // The shape is checked by the linter.
  return { contract: { document: value as ContractDocument, source, locate }, diagnostics };
}

/** In place of the parser's own messages. Its stack is its only limit of resources. */
const MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "The file has another YAML document. Remove it, with its '---'",
  RESOURCE_EXHAUSTION: TOO_DEEP,
  TAG_RESOLVE_FAILED: TAG_MESSAGE,
};

type Problem = Place & { message: string };

/**
 * Parses YAML 1.2 with merge keys, or JSON, and keeps positions. Each alias becomes a copy of its anchor's value. The schema
 * "failsafe" reads every scalar as a string.
 */
export function parseYaml(source: string, schema: "core" | "failsafe" = "core") {
  const lines = new LineCounter();
  const yaml = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    uniqueKeys: (a, b) => isScalar(a) && isScalar(b) && keyText(a.value) === keyText(b.value),
    schema,
  });
  const placeOf = ([from, to]: readonly [number, number] | Range): Place => {
    const { line, col } = lines.linePos(from);
    return { line, column: col, length: Math.max(1, to - from) };
  };
  const locate: Locate = (pointer, at) => {
    const pair = pairAt(yaml, pointer);
    const node = (at === "key" && isNode(pair?.key) && pair.key) || pair?.value;
    if (isNode(node) && node.range) return placeOf(node.range);
    return pointer.length > 0 ? locate(pointer.slice(0, -1), at) : placeOf([0, 1]);
  };
  const problems: Problem[] = withoutFollowUps([...yaml.errors, ...yaml.warnings, ...nodeErrors(yaml)]).map(
    ({ pos, code, message }) => ({ ...placeOf(pos), message: MESSAGES[code] ?? message }),
  );
  const unreadable = source.indexOf("\uFFFD");
  if (unreadable >= 0)
    problems.unshift({
      ...placeOf([unreadable, unreadable + 1]),
      message: "This is not UTF-8. Save the file in UTF-8",
    });
  if (problems.length > 0) return { value: undefined, locate, problems };
  const { value, problem } = expandAliases(yaml.toJS({ maxAliasCount: -1 }));
  if (problem) problems.push({ ...locate(problem.pointer), message: problem.message });
  return { value, locate, problems };
}

/** Keeps errors up to the first structural one: the parser repeats a structural error at every later line. */
function withoutFollowUps<T extends { code: string }>(errors: T[]): T[] {
  const first = errors.findIndex(({ code }) => code !== "DUPLICATE_KEY");
  return first < 0 ? errors : errors.slice(0, first + 1);
}

import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import type { ContractDocument } from "../../server/contract/document.ts";
import type { Diagnostic, Place, Pointer } from "./diagnostic.ts";

export interface ParsedContract {
  document: ContractDocument;
  source: string;
  /** Position of a value, or of its key if `at` is "key". A missing value has the position of its nearest parent. */
  locate(pointer: Pointer, at?: "key" | "value"): Place;
}

/** Parses YAML and keeps positions. Syntax errors (duplicate keys, tabs, bad indents) are returned, not thrown. */
export function parseContract(source: string): { contract?: ParsedContract; diagnostics: Diagnostic[] } {
  const lines = new LineCounter();
  const yaml = parseDocument(source, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true });
  const place = (from: number, to: number): Place => {
    const { line, col } = lines.linePos(from);
    return { line, column: col, length: Math.max(1, to - from) };
  };
  const diagnostics = withoutFollowUps([...yaml.errors, ...yaml.warnings]).map((error) => ({
    ...place(error.pos[0], error.pos[1]),
    rule: "yaml",
    message: error.message,
  }));
  if (diagnostics.length > 0) return { diagnostics };
  const root = yaml.contents;
  if (!isMap(root)) {
    return { diagnostics: [{ ...place(0, 1), rule: "yaml", message: "The contract is not a YAML mapping." }] };
  }
  const locate: ParsedContract["locate"] = (pointer, at = "value") => {
    const { key, value } = deepest(root, pointer);
    const [from, to] = (at === "key" ? (key ?? value) : value).range ?? [0, 1];
    return place(from, to);
  };
  // The shape is checked by the linter.
  return { contract: { document: yaml.toJS() as ContractDocument, source, locate }, diagnostics };
}

/** Keeps errors up to the first structural one: the parser repeats a structural error at every later line. */
function withoutFollowUps<T extends { code: string }>(errors: T[]): T[] {
  const first = errors.findIndex(({ code }) => code !== "DUPLICATE_KEY");
  return first < 0 ? errors : errors.slice(0, first + 1);
}

interface Found {
  key?: Node;
  value: Node;
}

/** The deepest existing node on the path to `pointer`. */
function deepest(root: Node, pointer: Pointer): Found {
  let found: Found = { value: root };
  for (const segment of pointer) {
    const next = child(found.value, segment);
    if (!next) return found;
    found = next;
  }
  return found;
}

function child(parent: Node, segment: string | number): Found | undefined {
  if (!("items" in parent) || !Array.isArray(parent.items)) return undefined;
  if (!isMap(parent)) {
    const value = parent.items[Number(segment)] as Node | undefined;
    return value && { value };
  }
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
  if (!isPair(pair)) return undefined;
  // Parsed documents hold nodes only; a key without a value has null.
  const key = pair.key as Node;
  return { key, value: (pair.value ?? key) as Node };
}

import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import type { ContractDocument } from "../../server/contract/document.ts";
import type { Diagnostic, Place } from "./diagnostic.ts";

export type Pointer = readonly (string | number)[];

export interface ParsedContract {
  document: ContractDocument;
  source: string;
  /** Where a value stands in the YAML; its key where `at` is "key"; the nearest parent where it is absent. */
  locate(pointer: Pointer, at?: "key" | "value"): Place;
}

/** YAML to a document with positions. Duplicate keys, tabs and bad indents are diagnostics, not exceptions. */
export function parseContract(source: string): { contract?: ParsedContract; diagnostics: Diagnostic[] } {
  const lines = new LineCounter();
  const yaml = parseDocument(source, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true });
  const place = (from: number, to: number): Place => {
    const { line, col } = lines.linePos(from);
    return { line, column: col, length: Math.max(1, to - from) };
  };
  const diagnostics = withoutEchoes([...yaml.errors, ...yaml.warnings]).map((error) => ({
    ...place(error.pos[0], error.pos[1]),
    rule: "yaml",
    message: error.message,
  }));
  if (diagnostics.length > 0) return { diagnostics };
  if (!isMap(yaml.contents)) {
    return { diagnostics: [{ ...place(0, 1), rule: "yaml", message: "The contract is not a YAML mapping." }] };
  }
  const locate: ParsedContract["locate"] = (pointer, at = "value") => {
    const { key, value } = nearest(yaml.contents as Node, pointer);
    const range = (at === "key" ? (key ?? value) : value).range ?? [0, 1];
    return place(range[0], range[1]);
  };
  return { contract: { document: yaml.toJS() as ContractDocument, source, locate }, diagnostics };
}

/** What follows a structural fault is mostly that fault again, at every line after it. */
function withoutEchoes<T extends { code: string }>(errors: T[]): T[] {
  const first = errors.findIndex(({ code }) => code !== "DUPLICATE_KEY");
  return first < 0 ? errors : errors.slice(0, first + 1);
}

/** The deepest node on the way to `pointer`, with the key it stands under. */
function nearest(root: Node, pointer: Pointer): { key?: Node; value: Node } {
  let found: { key?: Node; value: Node } = { value: root };
  for (const segment of pointer) {
    const next = child(found.value, segment);
    if (!next) return found;
    found = next;
  }
  return found;
}

function child(parent: Node, segment: string | number): { key?: Node; value: Node } | undefined {
  if (!("items" in parent) || !Array.isArray(parent.items)) return undefined;
  if (!isMap(parent)) {
    const value = parent.items[Number(segment)] as Node | undefined;
    return value && { value };
  }
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
  if (!isPair(pair)) return undefined;
  const key = pair.key as Node;
  return { key, value: (pair.value ?? key) as Node };
}

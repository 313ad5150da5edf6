import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Pair, visit } from "yaml";
import type { Pointer } from "../diagnostic.ts";

/** A key as text: `200` and `"200"` are the same key of a JSON object. */
export function keyText(key: unknown): string {
  return typeof key === "symbol" ? (key.description ?? "") : String(key);
}

/** The tags of the values of JSON. */
const JSON_TAG = /^tag:yaml\.org,2002:(bool|float|int|map|null|seq|str)$/;
export const TAG_MESSAGE = "This tag is not supported. Remove it";

interface NodeError {
  code: "NODE";
  pos: [number, number];
  message: string;
}

/**
 * Errors that the parser does not report: keys that are not strings, aliases without an anchor, merges of other values, and
 * values that are not those of JSON, such as a `!!set`.
 */
export function nodeErrors(yaml: Document): NodeError[] {
  const errors: NodeError[] = [];
  const report = (node: unknown, message: string) => {
    const [from, to] = (isNode(node) && node.range) || [0, 1];
    errors.push({ code: "NODE", pos: [from, to], message });
  };
  visit(yaml, {
    Value(_, node) {
      if (node.tag !== undefined && !JSON_TAG.test(node.tag)) report(node, TAG_MESSAGE);
    },
    Alias(_, alias) {
      if (!alias.resolve(yaml)) report(alias, `The anchor '${alias.source}' is not defined above this alias`);
    },
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value === null) return report(key, "A key must be a string");
      const isMerge = typeof key.value === "symbol" && !mergedNodes(yaml, value).every((node) => !node || isMap(node));
      if (isMerge) report(value, "A merge key needs a mapping, or a list of mappings");
    },
  });
  return errors;
}

interface Member {
  key?: unknown;
  value: unknown;
}

/** The value at a pointer with its key; aliases and merge keys are followed. */
export function pairAt(yaml: Document, pointer: Pointer): Member | undefined {
  const root: Member = { value: yaml.contents };
  return pointer.reduce<Member | undefined>((parent, name) => parent && memberOf(yaml, parent.value, name), root);
}

function memberOf(yaml: Document, node: unknown, name: string | number): Member | undefined {
  const parent = aliased(yaml, node);
  if (isSeq(parent)) return Number(name) in parent.items ? { value: parent.items[Number(name)] } : undefined;
  if (!isMap(parent)) return undefined;
  const textOf = ({ key }: Pair) => (isScalar(key) ? keyText(key.value) : undefined);
  const own = parent.items.find((pair) => textOf(pair) === String(name));
  if (own) return own;
  const merged = parent.items.filter((pair) => textOf(pair) === "<<").flatMap(({ value }) => mergedNodes(yaml, value));
  return merged.map((source) => memberOf(yaml, source, name)).find((found) => found !== undefined);
}

function mergedNodes(yaml: Document, value: unknown): unknown[] {
  const node = aliased(yaml, value);
  return isSeq(node) ? node.items.map((item) => aliased(yaml, item)) : [node];
}

function aliased(yaml: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(yaml) : node;
}

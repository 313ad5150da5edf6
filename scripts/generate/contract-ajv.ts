import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { directed, hasMarks, MARK_MESSAGES, type Mark } from "../../server/contract/direction.ts";
import { pointerSegment, type Schema, valueAt } from "../../server/contract/document.ts";
import { mapKeywords } from "../../server/contract/keywords.ts";
import { MULTIPLE_OF_PRECISION } from "../../server/contract/numbers.ts";
import type { Pointer } from "./diagnostic.ts";

/** The schemas as they are valid in both directions, in requests and in responses. The latter only if they differ. */
const MARKS = {
  contract: ["readOnly", "writeOnly"],
  request: ["readOnly"],
  response: ["writeOnly"],
} as const satisfies Record<string, readonly Mark[]>;

export type SchemaDirection = keyof typeof MARKS;

/** A schema of a document and its place. */
export interface PlacedSchema {
  pointer: Pointer;
  value: Schema | boolean;
}

/** `$ref` of the schema at a place of the document, in the Ajv instance of `contractAjv`. */
export function schemaReference(pointer: Pointer, direction: SchemaDirection = "contract"): string {
  const segments = pointer.map((key) => encodeURIComponent(pointerSegment(key)));
  return `${direction}.json#/${segments.join("/")}`;
}

/**
 * An Ajv instance with all schemas of a document at their places, so that references between them resolve. It is not strict,
 * because the linter checks keywords more precisely; unknown formats are annotations. The linter and the renderer share it,
 * because compiling the schemas is the slowest part of both.
 */
export function contractAjv(schemas: readonly PlacedSchema[]): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    allErrors: true,
    inlineRefs: false,
    multipleOfPrecision: MULTIPLE_OF_PRECISION,
    code: { source: true, esm: true },
  });
  addFormats.default(ajv);
  for (const [keyword, message] of Object.entries(MARK_MESSAGES)) {
    ajv.removeKeyword(keyword);
    ajv.addKeyword({ keyword, error: { message }, code: (context) => context.schema === true && context.fail() });
  }
  const tree = schemaTree(schemas);
  const needed = hasMarks(tree) ? (["contract", "request", "response"] as const) : (["contract"] as const);
  for (const direction of needed) ajv.addSchema({ $id: `${direction}.json`, ...treeOf(tree, direction) });
  return ajv;
}

/** Of the marks, only the one that must not be sent in this direction is left. */
function treeOf(tree: Tree, direction: SchemaDirection): Tree {
  const [mark, ...others] = MARKS[direction];
  const isIgnored = (key: string) => (key === "readOnly" || key === "writeOnly") && (key !== mark || others.length > 0);
  const copy = directed(tree, { root: tree, marks: MARKS[direction] });
  // A copy has the shape of its original.
  return mapKeywords(copy, (key, value) => (isIgnored(key) ? undefined : value)) as Tree;
}

/** Keywords whose values are data, and one without effect: there is one dialect. */
const DATA = ["$schema", "default", "example", "examples", "discriminator", "externalDocs", "xml"];

type Tree = Record<string, unknown>;

/** The document without everything that is not a schema. Ajv would read data such as examples as schemas. */
function schemaTree(schemas: readonly PlacedSchema[]): Tree {
  const tree: Tree = {};
  for (const { pointer, value } of outermost(schemas)) {
    // Ajv compiles no reference to a boolean schema.
    const schema = typeof value === "boolean" ? { not: value ? false : {} } : structuredClone(value);
    objectAt(tree, pointer.slice(0, -1))[String(pointer.at(-1))] = schema;
  }
  for (const { pointer } of schemas) {
    removeData(Object(valueAt(tree, pointer)));
  }
  return tree;
}

/** The object at a place; it and its parents are created if they are missing. */
function objectAt(tree: Tree, pointer: Pointer): Tree {
  return pointer.reduce<Tree>((parent, key) => {
    if (!Object.hasOwn(parent, key)) parent[key] = {};
    // Only objects are inserted outside of schemas.
    return parent[key] as Tree;
  }, tree);
}

function removeData(schema: Schema): void {
  for (const key of Object.keys(schema)) if (DATA.includes(key) || key.startsWith("x-")) delete schema[key];
}

/** The schemas that are not part of another one. */
export function outermost<T extends PlacedSchema>(schemas: readonly T[]): T[] {
  const places = new Set(schemas.map(({ pointer }) => JSON.stringify(pointer)));
  const isInside = ({ pointer }: T) => pointer.some((_, end) => places.has(JSON.stringify(pointer.slice(0, end))));
  return schemas.filter((schema) => !isInside(schema));
}

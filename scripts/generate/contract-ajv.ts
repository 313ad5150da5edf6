import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { referencePointer, type Schema, valueAt } from "../../server/contract/document.ts";
import type { Pointer } from "./diagnostic.ts";

const CONTRACT_ID = "contract.json";

/** A schema of a document and its place. */
export interface PlacedSchema {
  pointer: Pointer;
  value: Schema | boolean;
}

/** `$ref` of the schema at a place of the document, in the Ajv instance of `contractAjv`. */
export function schemaReference(pointer: Pointer): string {
  const segments = pointer.map((key) => encodeURIComponent(escaped(key)));
  return `${CONTRACT_ID}#/${segments.join("/")}`;
}

/** A segment of a JSON pointer (RFC 6901 section 3). */
function escaped(key: string | number): string {
  return String(key).replaceAll("~", "~0").replaceAll("/", "~1");
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
    code: { source: true, esm: true },
  });
  addFormats.default(ajv);
  return ajv.addSchema({ $id: CONTRACT_ID, ...schemaTree(schemas) });
}

/** Keywords whose values are data, and two without effect: there is one dialect, and no reference to an anchor. */
const DATA = ["$schema", "$anchor", "default", "example", "examples", "discriminator", "externalDocs", "xml"];

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
    const schema: Schema = Object(valueAt(tree, pointer));
    removeData(schema);
    if (Array.isArray(schema.required)) schema.required = requiredBothWays(tree, schema);
  }
  return tree;
}

/** Requests have no `readOnly` properties and responses no `writeOnly` ones: one schema for both cannot require them. */
function requiredBothWays(tree: Tree, { required, properties }: Schema): string[] {
  // The linter has checked that they are names.
  const names = required as string[];
  return names.filter((name) => {
    const property: Schema = Object(Object(properties)[name]);
    const { $ref } = property;
    const target = typeof $ref === "string" ? valueAt(tree, referencePointer($ref)) : undefined;
    return [property, Object(target)].every(({ readOnly, writeOnly }) => !readOnly && !writeOnly);
  });
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

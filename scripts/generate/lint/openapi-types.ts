import { Oas3_1Types } from "@redocly/openapi-core";

/** A node type of Redocly: how it reads one kind of object of a document. */
export type NodeType = (typeof Oas3_1Types)["Schema"];

const TYPES: Readonly<Record<string, NodeType>> = Oas3_1Types;

/** Redocly expects an object where JSON Schema also has the boolean schemas `true` and `false`. */
const schema = (value: unknown) => (typeof value === "boolean" ? ({ type: "boolean" } as const) : "Schema");
const schemaList: NodeType = { properties: {}, items: schema };
const schemaMap: NodeType = { properties: {}, additionalProperties: schema };

const SUBSCHEMAS = ["contains", "contentSchema", "else", "if", "not", "propertyNames", "then"];
const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"];

const CORRECTED: Record<string, NodeType> = {
  ...TYPES,
  SchemaList: schemaList,
  NamedSchemas: schemaMap,
  // Unlike the names of components, those of definitions can be any text.
  Definitions: schemaMap,
  Callback: {
    properties: {},
    additionalProperties: (_: unknown, key: string) => (key.startsWith("x-") ? null : "PathItem"),
  },
  Schema: {
    ...typeNamed("Schema"),
    properties: {
      ...typeNamed("Schema").properties,
      ...Object.fromEntries(SUBSCHEMAS.map((name) => [name, schema])),
      ...Object.fromEntries(LISTS.map((name) => [name, "SchemaList"])),
      dependentSchemas: "NamedSchemas",
      $defs: "Definitions",
      $vocabulary: null,
    },
  },
};
for (const name of ["MediaType", "Parameter", "Header"]) {
  CORRECTED[name] = { ...typeNamed(name), properties: { ...typeNamed(name).properties, schema } };
}

function typeNamed(name: string): NodeType {
  const type = TYPES[name];
  if (!type) throw new Error(`Redocly has no node type ${name}.`);
  return type;
}

/** The value of an extension is data, so a `$ref` in it is no reference. */
function withData({ extensionsPrefix, properties, additionalProperties, ...type }: NodeType): NodeType {
  const members = Object.entries(properties).filter(([member]) => !member.startsWith("x-"));
  const own = { ...type, properties: Object.fromEntries(members) };
  if (extensionsPrefix === undefined) return { ...own, ...(additionalProperties && { additionalProperties }) };
  const others = (_: unknown, key: string) => (key.startsWith(extensionsPrefix) ? null : undefined);
  return { ...own, additionalProperties: others };
}

/** Redocly's node types of OpenAPI 3.1, with boolean schemas, and without the `x-…` members that Redocly defines itself. */
export const NODE_TYPES: Readonly<Record<string, NodeType>> = Object.fromEntries(
  Object.entries(CORRECTED).map(([name, type]) => [name, withData(type)]),
);

import type { Ajv2020 } from "ajv/dist/2020.js";
import { type ContractDocument, referencePointer, type Schema, valueAt } from "../../../server/contract/document.ts";
import { contractAjv, outermost, type PlacedSchema, schemaReference } from "../contract-ajv.ts";
import type { Finding, Pointer } from "../diagnostic.ts";
import { dialectMessage, isKnownDialect } from "./dialects.ts";
import { checkApplicable, checkBounds, checkConstants, checkMembers } from "./keywords/contradictions.ts";
import { checkFormat } from "./keywords/formats.ts";
import { checkPatterns } from "./keywords/patterns.ts";
import { checkRequired, checkRequiredNames } from "./keywords/required.ts";
import { type Node, type Nodes, pointerOf } from "./nodes.ts";

/** Keywords of all schemas: patterns, formats, contradictions, and the keywords that are not supported. */
export function checkKeywords(schemas: readonly Node[]): Finding[] {
  const known = Object.keys(contractAjv([]).formats);
  return schemas.flatMap(({ value, pointer }) => [
    ...checkPatterns(value, pointer),
    ...checkFormat(value, pointer, known),
    ...checkBounds(value, pointer),
    ...checkApplicable(value, pointer),
    ...checkConstants(value, pointer),
    ...checkMembers(value, pointer),
    ...checkIdentity(value, pointer),
    ...checkRequired(value, pointer),
    ...checkRequiredNames(value, pointer),
  ]);
}

/** References of schemas to objects of another type. Redocly reads the target as both. */
export function checkTargets(document: ContractDocument, nodes: Nodes): Finding[] {
  const others = new Set(
    [...nodes].flatMap(([type, found]) => (type === "Schema" ? [] : found.map(({ pointer }) => pointer.join("\n")))),
  );
  return (nodes.get("Schema") ?? []).flatMap(({ value: { $ref }, pointer }): Finding[] => {
    if (typeof $ref !== "string") return [];
    const target = referencePointer($ref);
    const value = valueAt(document, target);
    const isSchema = (typeof value === "object" && !Array.isArray(value)) || typeof value === "boolean";
    if (value === undefined || (isSchema && !others.has(target.join("\n")))) return [];
    const message = `'${$ref}' is no schema. Refer to one: '#/components/schemas/…'.`;
    return [{ pointer: [...pointer, "$ref"], rule: "reference", message }];
  });
}

/** References are places in the document, and every schema has the dialect of OpenAPI 3.1. */
function checkIdentity({ $id, $schema, $ref, $dynamicRef, id }: Schema, pointer: Pointer): Finding[] {
  const rule = "schema-keyword";
  if ($dynamicRef !== undefined) {
    const message = "'$dynamicRef' is not supported. Write '$ref' and the schema's place: '#/components/schemas/…'.";
    return [{ pointer: [...pointer, "$dynamicRef"], at: "key", rule, message }];
  }
  if (id !== undefined) {
    const message = "'id' is no keyword of JSON Schema. Remove it, or write it in 'properties'.";
    return [{ pointer: [...pointer, "id"], at: "key", rule, message }];
  }
  if ($id !== undefined) {
    const message =
      "'$id' is not supported. Remove it, and refer to the schema by its place: '#/components/schemas/…'.";
    return [{ pointer: [...pointer, "$id"], at: "key", rule, message }];
  }
  if ($schema !== undefined && !isKnownDialect($schema)) {
    return [{ pointer: [...pointer, "$schema"], rule, message: dialectMessage("$schema", $schema) }];
  }
  if (typeof $ref !== "string" || /^(#\/|[^#])/.test($ref)) return [];
  const message = `'${$ref}' is not supported. Refer to the schema by its place: '#/components/schemas/…'.`;
  return [{ pointer: [...pointer, "$ref"], rule, message }];
}

const COMPILES = "schema-compiles";

/** Every schema must be valid under the meta-schema of 2020-12, and compile. */
export function checkSchemas(schemas: readonly PlacedSchema[], ajv: Ajv2020): Finding[] {
  const outer = outermost(schemas);
  const invalid = outer.flatMap(({ value, pointer }): Finding[] => {
    if (ajv.validateSchema(value)) return [];
    const errors = ajv.errors ?? [];
    // A type is a word or a list, and the first error is about the word.
    const problem = errors.find(({ keyword }) => keyword === "uniqueItems" || keyword === "minItems") ?? errors[0];
    const inside = pointerOf(problem?.instancePath ?? "");
    const message = `This is not valid in a schema: it ${problem?.message}.`;
    return [{ pointer: [...pointer, ...inside], rule: COMPILES, message }];
  });
  const compiles = ({ pointer }: PlacedSchema) => errorOf(() => ajv.getSchema(schemaReference(pointer))) === undefined;
  return invalid.length > 0 || outer.every(compiles) ? invalid : compileErrors(schemas, ajv);
}

/** The schemas that do not compile, each error once and at the innermost schema that has it. */
function compileErrors(schemas: readonly PlacedSchema[], ajv: Ajv2020): Finding[] {
  const found = new Map<string, Finding>();
  // A schema without references has its errors itself.
  const hasReference = ({ value }: PlacedSchema) => JSON.stringify(value).includes('"$ref"');
  const innerFirst = (a: PlacedSchema, b: PlacedSchema) =>
    Number(hasReference(a)) - Number(hasReference(b)) || b.pointer.length - a.pointer.length;
  for (const { pointer } of schemas.toSorted(innerFirst)) {
    const error = errorOf(() => ajv.getSchema(schemaReference(pointer)));
    if (error === undefined || found.has(error)) continue;
    found.set(error, { pointer, rule: COMPILES, message: `Ajv cannot compile this schema: ${error}.` });
  }
  return [...found.values()];
}

function errorOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

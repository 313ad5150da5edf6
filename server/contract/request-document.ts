import addFormats, { type FormatName } from "ajv-formats";
import { directed } from "./direction.ts";
import { type ContractDocument, referencePointer, type Schema, valueAt } from "./document.ts";
import type { Operation } from "./operations.ts";
import { isSupported } from "./other-bodies.ts";
import type { Parameter } from "./parameters.ts";

/** The address of an operation in the validator's document. */
export interface Address {
  /** `/0`, before the path parameters, each as a segment, in the operation's order. */
  withBody: string;
  /** For a request without the operation's optional body. */
  withoutBody: string;
  /** By declared media type: each schema of a body has a type of its own, because the validator matches types differently. */
  mediaTypes: Readonly<Record<string, string>>;
}

export function readAddress({ requestBody }: Operation, index: number): Address {
  const types = requestBody?.mediaTypes ?? [];
  return {
    withBody: `/${index}`,
    withoutBody: requestBody?.required === false ? `/${index}-` : `/${index}`,
    mediaTypes: Object.fromEntries(types.map((type, at) => [type, `application/v${at}`])),
  };
}

/**
 * The document that the request validator gets: for each operation a path with its parameters and body under safe names,
 * and a named schema for each reference. Everything else in the contract would only take time and memory, or be understood
 * differently: the validator treats the path in `servers` as a base path and validates nothing outside of it, and it finds
 * no part of a schema from within that schema.
 */
export function requestDocument(document: ContractDocument, operations: readonly Operation[]): object {
  /** Names by reference. */
  const names = new Map<string, string>();
  const rename = (reference: string) => {
    const name = names.get(reference) ?? `s${names.size}`;
    names.set(reference, name);
    return `#/components/schemas/${name}`;
  };
  const paths = Object.fromEntries(
    operations.flatMap((operation, index) => {
      const address = readAddress(operation, index);
      const keys = operation.parameters.flatMap(({ in: place, key }) => (place === "path" ? [`/{${key}}`] : []));
      return [...new Set([address.withBody, address.withoutBody])].map((prefix) => [
        prefix + keys.join(""),
        {
          [operation.method.toLowerCase()]: describe(document, operation, {
            ...address,
            hasBody: prefix === address.withBody,
            rename,
          }),
        },
      ]);
    }),
  );
  const schemas: Record<string, unknown> = {};
  // A schema can add names.
  for (const [reference, name] of names) {
    schemas[name] = validated(valueAt(document, referencePointer(reference)), rename);
  }
  const { openapi, info } = document;
  const read = { paths, components: { schemas } };
  return { openapi, info, ...directed(read, { root: read, marks: ["readOnly"] }) };
}

type Rename = (reference: string) => string;

function describe(
  document: ContractDocument,
  { parameters, requestBody }: Operation,
  { mediaTypes, hasBody, rename }: Pick<Address, "mediaTypes"> & { hasBody: boolean; rename: Rename },
) {
  const content = Object.fromEntries(
    Object.entries(requestBody?.schemas ?? {}).map(([type, declared]) => {
      const schema = isSupported(document, declared) ? validated(declared, rename) : {};
      // The validator requires a body only if its schema itself has `required`.
      return [mediaTypes[type], { schema: requestBody?.required ? { required: [], allOf: [schema] } : schema }];
    }),
  );
  return {
    parameters: parameters.map((parameter) => describeParameter(parameter, rename)),
    responses: {},
    ...(requestBody && hasBody && { requestBody: { required: requestBody.required, content } }),
  };
}

function describeParameter({ key, in: place, required, explode, textSchema }: Parameter, rename: Rename) {
  // An optional parameter gets its default.
  const fallback = !required && textSchema.default !== undefined && { default: textSchema.default };
  const read = { ...Object(validated(textSchema, rename)), ...fallback };
  const described = { name: key, in: place, required, schema: read, explode };
  if (place !== "query") return { ...described, style: "simple" };
  // Reserved characters are left to the schema.
  return { ...described, style: "form", allowReserved: true };
}

/**
 * Without effect on what is valid. The validator would follow references in these values, accept a body without a required
 * property that has a default, and report no place if it does not know the value of a discriminator.
 */
const DATA = ["default", "example", "examples", "discriminator"];
const BY_NAME = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];
const VALUES = ["const", "enum", "required", "dependentRequired"];

/** The part of a schema that is validated, with renamed references. */
function validated(schema: unknown, rename: Rename): unknown {
  if (Array.isArray(schema)) return schema.map((part) => validated(part, rename));
  if (schema === null || typeof schema !== "object") return schema;
  // The validator ignores keywords beside a reference in a named schema.
  if ("$ref" in schema && typeof schema.$ref === "string" && Object.keys(schema).length > 1) {
    const { $ref, allOf = [], ...siblings } = schema as Schema;
    return validated({ ...siblings, allOf: [{ $ref }, ...[allOf].flat()] }, rename);
  }
  const kept = Object.entries(schema).filter(([key, value]) => !isData(key, value));
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (key === "$ref") return [key, rename(String(value))];
      if (VALUES.includes(key)) return [key, value];
      if (!BY_NAME.includes(key)) return [key, validated(value, rename)];
      const members = Object.entries(Object(value)).map(([name, member]) => [name, validated(member, rename)]);
      return [key, Object.fromEntries(members)];
    }),
  );
}

function isData(key: string, value: unknown): boolean {
  return DATA.includes(key) || key.startsWith("x-") || (key === "format" && !isKnownFormat(String(value)));
}

/** The validator would print a warning for each other one. */
function isKnownFormat(name: string): boolean {
  try {
    // It throws for any name that is none of its type.
    return addFormats.default.get(name as FormatName) !== undefined;
  } catch {
    return false;
  }
}

import {
  type ContractDocument,
  type OperationObject,
  type ParameterObject,
  type PathItem,
  resolve,
  type Schema,
  schemaOf,
} from "./document.ts";
import { examplesIn } from "./examples.ts";
import { hasNumbers } from "./numbers.ts";
import { textSchema } from "./parameter-schema.ts";

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  /** Whether each item of an array is a parameter of its own: `?id=1&id=2`. */
  explode: boolean;
  schema: Schema;
  /** As its texts are read. */
  textSchema: Schema;
  isArray: boolean;
  /** Whether its value, or each of its items, can be a number and can't be a text. */
  hasNumbers: boolean;
  examples: readonly unknown[];
  /** The name by which the request and its validator know it; for a header in lower case. */
  key: string;
}

/** OpenAPI ignores header parameters of these names. */
const IGNORED_HEADERS = ["accept", "content-type", "authorization"];

/**
 * The parameters of an operation, with references resolved. One of the operation replaces one of the path item with the
 * same name and place.
 */
export function parametersIn(document: ContractDocument, item: PathItem, operation: OperationObject): Parameter[] {
  const declared = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((parameter) => {
    const found = resolve<ParameterObject>(document, parameter);
    const place = found.in as Parameter["in"];
    const { name, required = false } = found;
    const explode = place === "query" && (found.explode ?? true);
    const key = place === "header" ? name.toLowerCase() : safeName(name);
    const schema = schemaOf(found.schema);
    const read = textSchema(document, schema);
    const isArray = read.type === "array";
    return {
      ...{ name, in: place, required, explode, schema, textSchema: read, isArray, key },
      ...{ examples: Object.values(examplesIn(document, found)), hasNumbers: hasNumbers(document, schema) },
    };
  });
  const last = new Map(declared.map((parameter) => [`${parameter.in} ${parameter.key}`, parameter]));
  return [...last.values()].filter(({ in: place, key }) => place !== "header" || !IGNORED_HEADERS.includes(key));
}

/**
 * A name of letters, digits and `_` that starts with no digit: the validator gives other characters in names a meaning of
 * its own.
 */
export function safeName(name: string): string {
  return name.replace(/^[0-9]|[^A-Za-z0-9]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`);
}

export function originalName(safe: string): string {
  return safe.replace(/_([0-9a-f]+)_/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}

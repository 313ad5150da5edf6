import type { Ajv2020 } from "ajv/dist/2020.js";
import { didYouMean, nearest } from "../../client/backfill/nearest.ts";
import {
  type Content,
  type ContractDocument,
  type ExampleObject,
  operationsOf,
  type RequestBodyObject,
  type ResponseObject,
  referencePointer,
  resolve,
  type Schema,
  valueAt,
} from "../../server/contract/document.ts";
import { contractAjv, schemaReference } from "./contract-ajv.ts";
import type { Finding, Pointer } from "./diagnostic.ts";

/** Every pattern must be a regular expression, and every format must be known to Ajv. */
export function checkKeywords({ paths, components }: ContractDocument): Finding[] {
  const formats = Object.keys(contractAjv(components.schemas).formats);
  // Examples contain values: their keys are not keywords.
  const { examples: _, ...described } = components;
  return [...keywordFindings(paths, ["paths"], formats), ...keywordFindings(described, ["components"], formats)];
}

function keywordFindings(schema: Schema, pointer: Pointer, formats: string[]): Finding[] {
  return Object.entries(schema).flatMap(([key, value]) => {
    const place = [...pointer, key];
    if (typeof value === "string") return isKeyword(place) ? checkKeyword(key, value, place, formats) : [];
    return value === null ? [] : keywordFindings(Object(value), place, formats);
  });
}

/** The keys of `properties` and `schemas` are names, not keywords. */
function isKeyword(pointer: Pointer): boolean {
  return !["properties", "schemas"].includes(String(pointer.at(-2)));
}

function checkKeyword(key: string, value: string, pointer: Pointer, formats: string[]): Finding[] {
  if (key === "pattern") return checkPattern(value, pointer);
  if (key !== "format" || formats.includes(value)) return [];
  const message = `Unknown format '${value}'.${didYouMean(nearest(value, formats))}`;
  return [{ pointer, rule: "schema-format", message }];
}

function checkPattern(pattern: string, pointer: Pointer): Finding[] {
  try {
    new RegExp(pattern, "u");
    return [];
  } catch (error) {
    return [{ pointer, rule: "schema-pattern", message: `${(error as Error).message}.` }];
  }
}

/** Every component schema must compile in Ajv's strict mode. An error is reported in the schema that contains it. */
export function checkSchemas({ components: { schemas } }: ContractDocument): Finding[] {
  const ajv = contractAjv(schemas);
  return Object.entries(schemas).flatMap(([name, schema]) => {
    const error = compileError(ajv, name);
    if (error === undefined) return [];
    const [, location] = /contract\.json#(\/[^"]*)?"/.exec(error) ?? [];
    const inside = location === undefined ? [] : referencePointer(`#${location}`);
    // A location in another schema is reported with that schema.
    if (valueAt(schema, inside) === undefined) return [];
    const message = `Ajv cannot compile this schema: ${error.replace(/ at "contract\.json[^"]*"/, "")}.`;
    return [{ pointer: ["components", "schemas", name, ...inside], at: "key", rule: "schema-compiles", message }];
  });
}

function compileError(ajv: Ajv2020, name: string): string | undefined {
  try {
    ajv.getSchema(schemaReference(name));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Every named example of a request or response must be valid against the schema of its media type. */
export function checkExamples(document: ContractDocument): Finding[] {
  const ajv = contractAjv(document.components.schemas);
  const findings = contentsOf(document).flatMap(({ schema, examples = {} }) =>
    Object.entries(examples).flatMap(([name, example]) => {
      const validate = schema && ajv.compile(absolute(schema));
      if (!validate || validate(resolve<ExampleObject>(document, example).value)) return [];
      const place = "$ref" in example ? referencePointer(example.$ref) : ["components", "examples", name];
      return (validate.errors ?? []).map(({ instancePath, message }) => ({
        pointer: [...place, "value", ...referencePointer(instancePath).filter((segment) => segment !== "")],
        rule: "example-valid",
        message: `The example '${name}' does not match its schema: ${message}.`,
      }));
    }),
  );
  // An example used under several media types is reported once.
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function contentsOf(document: ContractDocument): Content[string][] {
  const bodies = operationsOf(document).flatMap(({ operation: { requestBody, responses = {} } }) => [
    resolve<Pick<RequestBodyObject, "content">>(document, requestBody ?? { content: {} }).content,
    ...Object.values(responses).map((response) => resolve<ResponseObject>(document, response).content ?? {}),
  ]);
  return bodies.flatMap((content) => Object.values(content));
}

/** Rewrites a media type's local reference to one that the contract's Ajv instance resolves. */
function absolute(schema: Schema): Schema {
  const { $ref } = schema;
  return typeof $ref === "string" ? { $ref: schemaReference(referencePointer($ref).at(-1) ?? "") } : schema;
}

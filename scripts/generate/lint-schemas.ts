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
  return textsIn({ paths, components: described }).flatMap(({ text, pointer }) => {
    const [parent, key] = pointer.slice(-2);
    // The keys of `properties` and `schemas` are names, not keywords.
    if (parent === "properties" || parent === "schemas") return [];
    const error = key === "pattern" ? errorOf(() => new RegExp(text, "u")) : undefined;
    if (error !== undefined) return [{ pointer, rule: "schema-pattern", message: `${error}.` }];
    if (key !== "format" || formats.includes(text)) return [];
    const message = `Unknown format '${text}'.${didYouMean(nearest(text, formats))}`;
    return [{ pointer, rule: "schema-format", message }];
  });
}

function textsIn(value: unknown, pointer: Pointer = []): { text: string; pointer: Pointer }[] {
  if (typeof value === "string") return [{ text: value, pointer }];
  return Object.entries(Object(value)).flatMap(([key, inner]) => textsIn(inner, [...pointer, key]));
}

/** Every component schema must compile in Ajv's strict mode. An error is reported in the schema that contains it. */
export function checkSchemas({ components: { schemas } }: ContractDocument): Finding[] {
  const ajv = contractAjv(schemas);
  return Object.entries(schemas).flatMap(([name, schema]) => {
    const error = errorOf(() => ajv.getSchema(schemaReference(name)));
    if (error === undefined) return [];
    const [, location] = /contract\.json#(\/[^"]*)?"/.exec(error) ?? [];
    const inside = location === undefined ? [] : referencePointer(`#${location}`);
    // A location in another schema is reported with that schema.
    if (valueAt(schema, inside) === undefined) return [];
    const message = `Ajv cannot compile this schema: ${error.replace(/ at "contract\.json[^"]*"/, "")}.`;
    return [{ pointer: ["components", "schemas", name, ...inside], at: "key", rule: "schema-compiles", message }];
  });
}

function errorOf(work: () => unknown): string | undefined {
  try {
    work();
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

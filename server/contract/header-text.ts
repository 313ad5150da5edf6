import { type ContractDocument, type HeaderObject, resolve, type Schema, schemaOf } from "./document.ts";
import { examplesIn } from "./examples.ts";
import { FORMATS, makeNumber } from "./scalars.ts";

/**
 * The first example of a header as it is sent: its own, or one of its schema. An array or object is written in the style
 * `simple` (RFC 6570 section 3.2.2), a header with `content` as JSON. Undefined without an example.
 */
export function headerText(document: ContractDocument, header: HeaderObject): string | undefined {
  const { content, schema, explode = false } = header;
  const [mediaType] = Object.values(content ?? {});
  if (mediaType) return JSON.stringify(Object.values(examplesIn(document, mediaType))[0]);
  const declared = resolve<Record<string, unknown>>(document, schemaOf(schema));
  const lists = [declared.examples, declared.enum].flatMap((list) => (Array.isArray(list) ? list : []));
  const values = [
    ...Object.values(examplesIn(document, header)),
    declared.example,
    declared.default,
    declared.const,
    ...lists,
  ];
  return simpleText(
    values.find((value) => value !== undefined && value !== null),
    explode,
  );
}

function simpleText(value: unknown, explode: boolean): string | undefined {
  if (typeof value !== "object" || value === null) return value === undefined ? undefined : String(value);
  if (Array.isArray(value)) return value.join(",");
  return Object.entries(value)
    .map((pair) => pair.join(explode ? "=" : ","))
    .join(",");
}

/** A value for a header without an example, made from its schema. */
export function sampleText(document: ContractDocument, { schema }: HeaderObject): string {
  const declared = resolve<Schema>(document, schemaOf(schema));
  const [type = "string"] = [declared.type].flat().filter((one) => one !== "null");
  if (type === "array") return sampleText(document, { schema: Object(declared.items) });
  if (type === "integer" || type === "number") return String(makeNumber(declared, { index: 0 }));
  return type === "boolean" ? "true" : (FORMATS[String(declared.format)] ?? "example");
}

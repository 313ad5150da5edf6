import { type ContractDocument, type ExampleObject, type HeaderObject, resolve, schemaOf } from "./document.ts";

/**
 * The first example of a header as it is sent: its own, or one of its schema. An array or object is written in the style
 * `simple` (RFC 6570 section 3.2.2), a header with `content` as JSON. Undefined without an example.
 */
export function headerText(document: ContractDocument, header: HeaderObject): string | undefined {
  const { content, schema, explode = false } = header;
  const [mediaType] = Object.values(content ?? {});
  if (mediaType) return JSON.stringify(examplesOf(document, mediaType)[0]);
  const declared = resolve<Record<string, unknown>>(document, schemaOf(schema));
  const lists = [declared.examples, declared.enum].flatMap((list) => (Array.isArray(list) ? list : []));
  const values = [...examplesOf(document, header), declared.example, declared.default, declared.const, ...lists];
  return simpleText(
    values.find((value) => value !== undefined && value !== null),
    explode,
  );
}

function examplesOf(
  document: ContractDocument,
  { example, examples = {} }: Pick<HeaderObject, "example" | "examples">,
) {
  const named = Object.values(examples).map((one) => resolve<ExampleObject>(document, one).value);
  return [example, ...named].filter((value) => value !== undefined);
}

function simpleText(value: unknown, explode: boolean): string | undefined {
  if (typeof value !== "object" || value === null) return value === undefined ? undefined : String(value);
  if (Array.isArray(value)) return value.join(",");
  return Object.entries(value)
    .map((pair) => pair.join(explode ? "=" : ","))
    .join(",");
}

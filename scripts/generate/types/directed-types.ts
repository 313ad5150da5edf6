import { type Direction, directed, hasMarks } from "../../../server/contract/direction.ts";
import { type ContractDocument, METHODS, type PathItem, type Schema } from "../../../server/contract/document.ts";

const MARKS = { request: "readOnly", response: "writeOnly" } as const;
const SCHEMA = /^#\/components\/schemas\/([^/]+)/;

/**
 * A document whose request bodies have no `readOnly` properties, and whose responses have no `writeOnly` ones: they refer to
 * variants of the components that have such properties.
 */
export function directedTypes(document: ContractDocument): ContractDocument {
  if (!hasMarks(document)) return document;
  const { components, paths } = document;
  const marked = markedComponents(components.schemas);
  const variant = <T>(value: T, side: keyof typeof MARKS): T => {
    const direction: Direction = { root: document, marks: [MARKS[side]], replaces: true };
    const rename = (reference: string) =>
      reference.replace(SCHEMA, (all, name) => (marked.includes(name) ? `${all}_${side}` : all));
    const text = JSON.stringify(directed(value, direction), (key, inner) =>
      key === "$ref" && typeof inner === "string" ? rename(inner) : inner,
    );
    return JSON.parse(text);
  };
  const operations = (item: PathItem): PathItem =>
    mapEntries(item, (key, value) => {
      if (!METHODS.some((method) => method === key)) return value;
      const { requestBody, responses, ...rest } = Object(value);
      return {
        ...rest,
        ...(requestBody && { requestBody: variant(requestBody, "request") }),
        ...(responses && { responses: variant(responses, "response") }),
      };
    });
  const schemas = Object.fromEntries(
    marked.flatMap((name) =>
      (["request", "response"] as const).map((side) => [`${name}_${side}`, variant(components.schemas[name], side)]),
    ),
  );
  const { pathItems, requestBodies, responses } = components;
  return {
    ...document,
    paths: mapEntries(paths, (_, item) => operations(item)),
    components: {
      ...components,
      schemas: { ...components.schemas, ...(schemas as Record<string, Schema>) },
      ...(pathItems && { pathItems: mapEntries(pathItems, (_, item) => operations(item as PathItem)) }),
      ...(requestBodies && { requestBodies: variant(requestBodies, "request") }),
      ...(responses && { responses: variant(responses, "response") }),
    },
  };
}

function mapEntries<T extends object>(record: T, map: (key: string, value: T[keyof T]) => unknown): T {
  // Every value is mapped to one of its own type.
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(key, value)])) as T;
}

/** Names of the schemas that have a mark, or refer to one that does. */
function markedComponents(schemas: Readonly<Record<string, Schema>>): string[] {
  const texts = Object.entries(schemas).map(([name, schema]) => [name, JSON.stringify(schema)] as const);
  const marked = new Set(texts.flatMap(([name, text]) => (/"(read|write)Only":true/.test(text) ? [name] : [])));
  // A set iterates over the values that are added meanwhile.
  for (const name of marked) {
    for (const [other, text] of texts) if (text.includes(`"#/components/schemas/${name}`)) marked.add(other);
  }
  return [...marked];
}

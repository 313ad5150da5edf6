import { type ContractDocument, referencePointer, type Schema, valueAt } from "../../../server/contract/document.ts";

/** Keywords that change the type of a value, and which openapi-typescript ignores beside `$ref`. */
const TYPED = [
  "additionalProperties",
  "allOf",
  "anyOf",
  "const",
  "enum",
  "items",
  "oneOf",
  "properties",
  "required",
  "type",
];

/**
 * A copy of a document that openapi-typescript renders completely: every reference to a schema leads to a component, a
 * reference with other keywords is an `allOf`, and `allOf` contains no boolean schemas.
 */
export function typesDocument(document: ContractDocument): ContractDocument {
  const schemas: Record<string, Schema> = {};
  const names = new Map<string, string>();
  const taken = new Set(Object.keys(document.components?.schemas ?? {}));
  /** Copies a schema into the components; returns the component's name. */
  const componentOf = (place: string[]): string => {
    const key = JSON.stringify(place);
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = freeName(place, taken);
    names.set(key, name);
    schemas[name] = adapted(valueAt(document, place)) as Schema;
    return name;
  };
  const adapted = (value: unknown, open: readonly string[] = []): unknown => {
    if (Array.isArray(value)) return value.map((item) => adapted(item, open));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, adapted(inner, open)]);
    const node = withoutSurprises(withResponses(Object.fromEntries(entries)));
    const { $ref, ...others } = node;
    return typeof $ref === "string" ? reference($ref, others, open) : node;
  };
  const reference = ($ref: string, others: Schema, open: readonly string[]): unknown => {
    const place = referencePointer($ref);
    const isComponent = place[0] === "components" && place.length === 3;
    if (!isComponent && !isSchemaPlace(place)) {
      const target = open.includes($ref) ? {} : adapted(valueAt(document, place), [...open, $ref]);
      return { ...Object(target), ...others };
    }
    const component = { $ref: isComponent ? $ref : `#/components/schemas/${componentOf(place)}` };
    return combined(component, others);
  };
  // The library takes extensions of the paths for path items.
  const paths = Object.entries(document.paths).filter(([path]) => !path.startsWith("x-"));
  const copy = adapted({ ...document, paths: Object.fromEntries(paths) }) as ContractDocument;
  if (names.size === 0) return copy;
  return { ...copy, components: { ...copy.components, schemas: { ...copy.components?.schemas, ...schemas } } };
}

function combined(component: { $ref: string }, others: Schema): Schema {
  const isTyped = Object.keys(others).some((key) => TYPED.includes(key));
  return isTyped ? { allOf: [component, others], ...requiredIn([others]) } : { ...others, ...component };
}

/** In `allOf`, the library makes properties of a reference required only by the `required` beside the `allOf`. */
function requiredIn(parts: readonly unknown[]): { required?: string[] } {
  const required = parts.flatMap((part) => (Object(part) as { required?: string[] }).required ?? []);
  return required.length === 0 ? {} : { required: [...new Set(required)] };
}

/**
 * The library reads the URLs of examples, makes `$defs` a property, and fails at boolean schemas in `allOf` and at names in
 * a discriminator.
 */
function withoutSurprises({ $defs: _, ...node }: Schema): Schema {
  const { allOf, discriminator, externalValue, ...others } = node;
  if (typeof externalValue === "string") return others;
  if (Array.isArray(allOf)) return { ...node, allOf: allOf.map(asObject), ...requiredIn([node, ...allOf]) };
  const { mapping }: { mapping?: unknown } = Object(discriminator);
  if (typeof mapping !== "object" || mapping === null) return node;
  const references = Object.entries(mapping).map(([value, name]) => [value, asReference(String(name))]);
  return { ...node, discriminator: { ...Object(discriminator), mapping: Object.fromEntries(references) } };
}

/** The library takes extensions of the responses for responses. */
function withResponses(node: Schema): Schema {
  if (typeof node.responses !== "object" || node.responses === null) return node;
  const isResponse = ([key, value]: [string, unknown]) => !key.startsWith("x-") || typeof value === "object";
  return { ...node, responses: Object.fromEntries(Object.entries(node.responses).filter(isResponse)) };
}

function asReference(name: string): string {
  return name.startsWith("#") ? name : `#/components/schemas/${name}`;
}

function asObject(schema: unknown): unknown {
  if (typeof schema !== "boolean") return schema;
  return schema ? {} : { not: {} };
}

/** A schema can contain itself, so it becomes a component; any other object is copied. */
function isSchemaPlace(place: readonly string[]): boolean {
  return place[1] === "schemas" || place.includes("schema");
}

function freeName(place: readonly string[], taken: Set<string>): string {
  const name = place.map((segment) => segment.replaceAll(/\W+/g, "_")).join("_");
  if (taken.has(name)) return freeName([...place, "_"], taken);
  taken.add(name);
  return name;
}

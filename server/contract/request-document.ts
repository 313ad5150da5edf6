import { directed } from "./direction.ts";
import { type ContractDocument, referencePointer, valueAt } from "./document.ts";
import type { Operation } from "./operations.ts";
import { type Parameter, safeName } from "./parameters.ts";

/** The address of an operation in the validator's document. */
export interface Address {
  /** `/0`, before the path parameters. */
  withBody: string;
  /** For a request without the operation's optional body. */
  withoutBody: string;
  /** The names of the path parameters, in the order of the segments that follow. */
  segments: readonly string[];
  /** By declared media type: each schema of a body has a type of its own, because the validator matches types differently. */
  mediaTypes: Readonly<Record<string, string>>;
}

export function readAddress({ parameters, requestBody }: Operation, index: number): Address {
  const types = requestBody?.mediaTypes ?? [];
  return {
    withBody: `/${index}`,
    withoutBody: requestBody?.required === false ? `/${index}-` : `/${index}`,
    segments: parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name),
    mediaTypes: Object.fromEntries(types.map((type, at) => [type, `application/v${at}`])),
  };
}

/**
 * The document that the request validator gets: for each operation a path with its parameters and body under safe names,
 * and the schemas they reach. Everything else in the contract would only take time and memory, or be understood
 * differently: the validator treats the path in `servers` as a base path and validates nothing outside of it.
 */
export function requestDocument(document: ContractDocument, operations: readonly Operation[]): object {
  const { openapi, info } = document;
  const paths = Object.fromEntries(
    operations.flatMap((operation, index) => {
      const { withBody, withoutBody } = readAddress(operation, index);
      const keys = operation.parameters.flatMap(({ in: place, key }) => (place === "path" ? [`/{${key}}`] : []));
      return [...new Set([withBody, withoutBody])].map((address) => [
        address + keys.join(""),
        { [operation.method.toLowerCase()]: describe(operation, readAddress(operation, index), address === withBody) },
      ]);
    }),
  );
  const reached = withReachedSchemas(document, paths);
  return { openapi, info, ...directed(reached, { root: reached, marks: ["readOnly"] }) };
}

function describe({ parameters, requestBody }: Operation, { mediaTypes }: Address, hasBody: boolean) {
  const schemas = Object.entries(requestBody?.schemas ?? {});
  const content = Object.fromEntries(schemas.map(([type, schema]) => [mediaTypes[type], { schema }]));
  return {
    parameters: parameters.map(describeParameter),
    responses: {},
    ...(requestBody && hasBody && { requestBody: { required: requestBody.required, content } }),
  };
}

function describeParameter({ key, in: place, required, explode, schema }: Parameter) {
  const described = { name: key, in: place, required, schema, explode };
  if (place !== "query") return { ...described, style: "simple" };
  // Reserved characters are left to the schema.
  return { ...described, style: "form", allowReserved: true };
}

/** Objects whose keys are names, so that a key can be any word. */
const MAPS = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
/** Keywords whose values are data. */
const DATA = ["const", "default", "enum"];

/** The validator takes a `$ref` in data for a reference, and would read its file. */
function isAnnotation(key: string, value: unknown): boolean {
  if (key === "default") return JSON.stringify(value).includes('"$ref":');
  return ["discriminator", "example", "examples"].includes(key);
}

/**
 * The paths, and a named schema for each place to which they refer. Discriminators are left out: with one the validator would
 * check the named schema only, and throw for a body that is no object. For everything else they are annotations.
 */
function withReachedSchemas(document: ContractDocument, paths: object) {
  const references = new Map<string, string>();
  const copy = (value: unknown, isMap = false): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => copy(item));
    const members = Object.entries(value).filter(([key, inner]) => isMap || !isAnnotation(key, inner));
    return Object.fromEntries(members.map(([key, inner]) => [key, copyMember(key, inner, isMap)]));
  };
  const copyMember = (key: string, value: unknown, isMap: boolean) => {
    if (isMap) return copy(value);
    if (DATA.includes(key)) return value;
    if (key !== "$ref" || typeof value !== "string") return copy(value, MAPS.includes(key));
    const name = safeName(value);
    references.set(name, value);
    return `#/components/schemas/${name}`;
  };
  const copied = copy(paths);
  const schemas: Record<string, unknown> = {};
  // Grows while it is read.
  for (const [name, reference] of references) schemas[name] = copy(valueAt(document, referencePointer(reference)));
  return { paths: copied, components: { schemas } };
}

import { type ContractDocument, referencePointer, valueAt } from "./document.ts";
import type { Operation } from "./operations.ts";
import type { Parameter } from "./parameters.ts";

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
  const { openapi, info } = document;
  return { openapi, info, ...withSchemas(document, paths) };
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

/**
 * The paths, and each schema that they refer to under a name of its own: the validator resolves no reference that leads
 * into another schema. Without discriminators, which the validator judges differently from the schemas.
 */
function withSchemas(document: ContractDocument, paths: object) {
  const names = new Map<string, string>();
  const schemas: Record<string, unknown> = {};
  const nameOf = (reference: string): string => {
    const known = names.get(reference);
    if (known !== undefined) return known;
    const name = `s${names.size}`;
    names.set(reference, name);
    schemas[name] = rewrite(valueAt(document, referencePointer(reference)));
    return name;
  };
  const rewrite = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (key, member) => {
        if (key === "$ref" && /^#\//.test(member)) return `#/components/schemas/${nameOf(member)}`;
        return key === "discriminator" && typeof member?.propertyName === "string" ? undefined : member;
      }),
    );
  return { paths: rewrite(paths), components: { schemas } };
}

type Members = Readonly<Record<string, unknown>>;

/** Keywords whose value maps names to objects: a name that is spelled like a keyword is a name. */
export const MAPS = [
  ..."$defs callbacks content dependentSchemas encoding headers links parameters pathItems paths".split(" "),
  ..."patternProperties properties requestBodies responses schemas securitySchemes webhooks".split(" "),
];
/** Keywords whose value is data. */
const DATA = /^(const|default|enum|examples?|mapping|security|x-.*)$/;
/** Values that mean the same as an absent keyword, although the differ reports them as a change that breaks callers. */
const DEFAULTS: Members = { allowEmptyValue: false, allowReserved: false, minItems: 0, minLength: 0, minProperties: 0 };

/**
 * A copy of an OpenAPI document, or of a part, in which some equivalent forms are the same: default values are omitted,
 * schemas are objects, and `allOf: [{ $ref }]` is a reference.
 */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, inner]) => {
    if (DATA.test(key)) return [key, inner];
    return [key, MAPS.includes(key) && !Array.isArray(inner) ? canonicalMap(inner) : canonical(inner)];
  });
  const object = withoutDefaults(Object.fromEntries(members));
  return withOnlyReference(object);
}

function canonicalMap(map: unknown): unknown {
  // Only maps of schemas contain booleans.
  const schemaOf = (inner: unknown) => (typeof inner === "boolean" ? booleanSchema(inner) : canonical(inner));
  return Object.fromEntries(Object.entries(Object(map)).map(([name, inner]) => [name, schemaOf(inner)]));
}

function booleanSchema(acceptsAll: boolean): object {
  return acceptsAll ? {} : { not: {} };
}

function withoutDefaults(object: Members): Members {
  const isForm = object.in === "query" || object.in === "cookie";
  const { style = isForm ? "form" : "simple" } = object;
  // A parameter has `in`; the defaults of encodings are others.
  const defaults = "in" in object ? { style: isForm ? "form" : "simple", explode: style === "form" } : {};
  const omitted = new Map(Object.entries({ ...DEFAULTS, ...defaults }));
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => omitted.get(key) !== value));
}

/** `allOf: [{ $ref }]` is the form of OpenAPI 3.0 for a reference with siblings. */
function withOnlyReference(object: Members): Members {
  const { allOf, ...rest } = object;
  const [schema, ...others] = Array.isArray(allOf) ? allOf : [];
  const isOnly = others.length === 0 && !("$ref" in rest) && Object.keys(Object(schema)).join() === "$ref";
  return isOnly ? { ...schema, ...rest } : object;
}

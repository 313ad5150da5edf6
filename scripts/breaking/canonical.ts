type Members = Readonly<Record<string, unknown>>;

/** Keywords whose value maps names to objects: a name that is spelled like a keyword is a name. */
export const MAPS = [
  ..."$defs callbacks content dependentSchemas encoding headers links parameters pathItems paths".split(" "),
  ..."patternProperties properties requestBodies responses schemas securitySchemes webhooks".split(" "),
];
/** Keywords whose value is data. */
const DATA = /^(const|default|enum|examples?|mapping|security|x-.*)$/;

/**
 * A copy of an OpenAPI document, or of a part, in which default values of parameters are omitted and named schemas are objects.
 */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, inner]) => {
    if (DATA.test(key)) return [key, inner];
    return [key, MAPS.includes(key) && !Array.isArray(inner) ? canonicalMap(inner) : canonical(inner)];
  });
  return withoutDefaults(Object.fromEntries(members));
}

function canonicalMap(map: unknown): unknown {
  // Only maps of schemas contain booleans.
  const schemaOf = (inner: unknown) => (typeof inner === "boolean" ? booleanSchema(inner) : canonical(inner));
  return Object.fromEntries(Object.entries(Object(map)).map(([name, inner]) => [name, schemaOf(inner)]));
}

function booleanSchema(acceptsAll: boolean): object {
  return acceptsAll ? {} : { not: {} };
}

/** Omits values of a parameter that mean the same as absent ones. */
function withoutDefaults(object: Members): Members {
  // A parameter has `in`; the defaults of encodings are others.
  if (!("in" in object)) return object;
  const { in: place, style = place === "query" ? "form" : "simple" } = object;
  const isDefault: Members = {
    allowReserved: false,
    explode: style === "form",
    style: place === "query" ? "form" : "simple",
  };
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => isDefault[key] !== value));
}

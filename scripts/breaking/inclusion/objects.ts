import type { Schema } from "../../../server/contract/document.ts";
import type { Flow } from "../change.ts";
import {
  type Case,
  type Check,
  casesOf,
  forType,
  isMatch,
  isSameAs,
  onlyAlternative,
  type Proof,
  propertyOf,
  schemaOf,
} from "./cases.ts";

type Schemas = Readonly<Record<string, unknown>>;

/** The keywords of objects. */
export const OBJECTS: Readonly<Record<string, Check>> = {
  properties: forType("object", (found, properties: Schemas, proof) =>
    Object.entries(properties).every(([name, schema]) => acceptsProperty(found, name, schemaOf(schema), proof)),
  ),
  patternProperties: forType("object", ({ schemas }, patterns: Schemas, { includes }) =>
    Object.entries(patterns).every(([pattern, schema]) => {
      const isSame = schemas.some(({ patternProperties }) => {
        const given = Object(patternProperties)[pattern];
        return given !== undefined && includes([schemaOf(given)], schema);
      });
      const names = declaredNames(schemas).filter((name) => isMatch(pattern, name));
      return (
        isSame ||
        (names.every((name) => includes(propertyOf(schemas, name), schema)) && includes(undeclared(schemas), schema))
      );
    }),
  ),
  additionalProperties: forType("object", (found, schema, proof, owner) =>
    acceptsOthers(found, schema, [owner], proof),
  ),
  unevaluatedProperties: forType("object", (found, schema, proof, owner) => {
    const evaluated = onlyAlternative(owner);
    return evaluated ? acceptsOthers(found, schema, evaluated, proof) : found.schemas.some(isSameAs(owner));
  }),
  propertyNames: forType("object", ({ schemas }, schema, { includes }) => {
    if (schemas.some(({ propertyNames }) => propertyNames !== undefined && includes([schemaOf(propertyNames)], schema)))
      return true;
    const names = declaredNames(schemas).map((name) => ({ const: name }));
    return isClosed(schemas) && names.every((name) => includes([name], schema));
  }),
  required: forType("object", (found, names: string[], { flow }, { properties }) =>
    names.every((name) => {
      const schema = Object(properties)[name];
      const isOptional = schema !== undefined && isHidden(schemaOf(schema), flow);
      return isOptional || isPresent(found, name, schema === undefined ? undefined : flow);
    }),
  ),
  dependentRequired: forType("object", (found, value: Record<string, string[]>) =>
    Object.entries(value).every(([name, names]) => {
      const given = found.schemas.flatMap(({ dependentRequired }) => Object(dependentRequired)[name] ?? []);
      const isImplied = names.every((other) => given.includes(other) || isPresent(found, other));
      return isImplied || isImpossible(propertyOf(found.schemas, name));
    }),
  ),
  dependentSchemas: forType("object", ({ schemas }, value: Schemas, { includes }) =>
    Object.entries(value).every(([name, schema]) => {
      const given = schemas.flatMap(({ dependentSchemas }) => Object(dependentSchemas)[name] ?? []);
      return includes([...schemas, ...given.map(schemaOf)], schema) || isImpossible(propertyOf(schemas, name));
    }),
  ),
};

function acceptsProperty({ schemas }: Case, name: string, schema: Schema, { flow, includes }: Proof): boolean {
  const given = propertyOf(schemas, name);
  // Callers do not send properties that their contract does not declare.
  if (flow === "request" && given.length === 0) return true;
  if (given.some((part) => isHidden(part, flow))) return flow === "request" || isHidden(schema, flow);
  // Callers read what their contract declares.
  if (flow === "response" && isImpossible(given) && !isImpossible([schema])) return false;
  return !isHidden(schema, flow) && includes(given, schema);
}

/** Whether `schema` accepts the properties that the evaluated schemas do not declare. */
function acceptsOthers({ schemas }: Case, schema: unknown, evaluated: readonly Schema[], { includes }: Proof): boolean {
  const patterns = (all: readonly Schema[]) => all.flatMap((each) => Object.entries(Object(each.patternProperties)));
  const known = new Set(declaredNames(evaluated));
  const knownPatterns = patterns(evaluated).map(([pattern]) => pattern);
  const isKnown = (name: string) => known.has(name) || knownPatterns.some((pattern) => isMatch(pattern, name));
  const others = declaredNames(schemas).filter((name) => !isKnown(name));
  const otherPatterns = patterns(schemas).filter(([pattern]) => !knownPatterns.includes(pattern));
  return (
    others.every((name) => includes(propertyOf(schemas, name), schema)) &&
    otherPatterns.every(([, given]) => includes([schemaOf(given)], schema)) &&
    includes(undeclared(schemas), schema)
  );
}

/** Whether requests cannot contain a read-only property, or responses a write-only one. */
function isHidden(schema: Schema, flow: Flow): boolean {
  const keyword = flow === "request" ? "readOnly" : "writeOnly";
  return onlyAlternative(schema)?.some((part) => part[keyword] === true) ?? schema[keyword] === true;
}

/** Whether a property is required; with `flow`, also of the bodies of that direction. */
function isPresent({ schemas }: Case, name: string, flow?: Flow): boolean {
  const isRequired = schemas.some(({ required }) => Array.isArray(required) && required.includes(name));
  return isRequired && (!flow || !propertyOf(schemas, name).some((part) => isHidden(part, flow)));
}

function declaredNames(schemas: readonly Schema[]): string[] {
  return Array.from(new Set(schemas.flatMap(({ properties }) => Object.keys(Object(properties)))));
}

/** The schemas of undeclared properties; a name that no contract declares stands for them. */
function undeclared(schemas: readonly Schema[]): Schema[] {
  return propertyOf(
    schemas.map(({ patternProperties: _, ...rest }) => rest),
    "\u0000",
  );
}

function isClosed(schemas: readonly Schema[]): boolean {
  return isImpossible(undeclared(schemas)) && schemas.every(({ patternProperties }) => !patternProperties);
}

function isImpossible(schemas: readonly Schema[]): boolean {
  return casesOf(schemas).length === 0;
}

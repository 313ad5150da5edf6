import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isIncluded } from "../../../scripts/breaking/inclusion/includes.ts";
import type { Schema } from "../../../server/contract/document.ts";

// Without an empty list: Ajv accepts it for `contains` beside `prefixItems`.
const VALUES = [
  ...[null, true, false, 0, 1, 2, 3, 4, -1, 0.5, 1.5, "", "a", "ab", "abc", "b", "ba"],
  ...[["a"], ["a", "a"], [1], [1, "a"], ["ab", 2, 3], [null, [], {}]],
  ...[{}, { a: "a" }, { a: 1 }, { b: "ab" }, { a: "a", b: 2 }, { a: null, c: "a" }, { ab: 1 }, { a: { a: "a" } }],
];
const TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"];
const small = fc.integer({ min: 0, max: 3 });
const name = fc.constantFrom("a", "b", "ab");

/** Schemas of all keywords; `oneOf` only on demand, because the proof assumes that old alternatives are kept apart. */
function schemas(withOneOf: boolean): fc.Arbitrary<Schema> {
  const { schema } = fc.letrec<{ schema: Schema; any: Schema | boolean }>((tie) => {
    const list = fc.array(tie("schema"), { minLength: 1, maxLength: 2 });
    const named = fc.dictionary(name, tie("any"), { maxKeys: 2, noNullPrototype: true });
    const keywords = {
      type: fc.oneof(
        fc.constantFrom(...TYPES),
        fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 3 }),
      ),
      enum: fc.uniqueArray(fc.constantFrom(null, 1, 2, "a", "ab", true, 1.5), { minLength: 1, maxLength: 3 }),
      const: fc.constantFrom(null, 1, "a", false),
      ...Object.fromEntries(
        "minLength maxLength minItems maxItems minProperties maxProperties".split(" ").map((key) => [key, small]),
      ),
      ...Object.fromEntries("minimum maximum exclusiveMinimum exclusiveMaximum".split(" ").map((key) => [key, small])),
      multipleOf: fc.constantFrom(0.5, 1, 2, 4),
      pattern: fc.constantFrom("^a", "b"),
      uniqueItems: fc.boolean(),
      required: fc.uniqueArray(name, { maxLength: 2 }),
      properties: named,
      patternProperties: fc.dictionary(fc.constantFrom("^a", "b$"), tie("any"), { maxKeys: 1, noNullPrototype: true }),
      additionalProperties: tie("any"),
      unevaluatedProperties: tie("any"),
      propertyNames: tie("any"),
      dependentRequired: fc.dictionary(name, fc.uniqueArray(name, { maxLength: 2 }), {
        maxKeys: 1,
        noNullPrototype: true,
      }),
      dependentSchemas: named,
      items: tie("any"),
      unevaluatedItems: tie("any"),
      prefixItems: list,
      contains: fc.constantFrom<Schema>({ const: "a" }, { type: "integer" }),
      minContains: small,
      maxContains: small,
      allOf: list,
      anyOf: list,
      ...(withOneOf && { oneOf: list }),
      ...Object.fromEntries("not if then else".split(" ").map((key) => [key, tie("any")])),
    };
    const member = fc
      .constantFrom(...Object.entries(keywords))
      .chain(([key, value]) => fc.tuple(fc.constant(key), value as fc.Arbitrary<unknown>));
    return {
      any: fc.oneof({ maxDepth: 3 }, fc.boolean(), tie("schema")),
      schema: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<Schema>({}, { type: "string" }, { type: "object" }, { maxLength: 1 }, { minimum: 1 }),
        fc
          .uniqueArray(member, { maxLength: 4, selector: ([key]) => key })
          .map((members): Schema => Object.fromEntries(members)),
      ),
    };
  });
  return schema;
}

const ajv = new Ajv2020({ strict: false, logger: false });
/** The values that Ajv accepts; schemas for which its code throws are skipped. */
const accepted = (schema: Schema) => {
  const isValid = ajv.compile(schema);
  try {
    return VALUES.filter((value) => isValid(value));
  } catch {
    return fc.pre(false) as never;
  }
};

/** A schema and a similar one. */
const similar = fc
  .tuple(schemas(false), schemas(true), schemas(true))
  .chain(([given, other, added]) =>
    fc.constantFrom<[Schema, Schema]>(
      [given, other],
      [given, { ...given, ...added }],
      [given, { anyOf: [given, added] }],
      [{ ...given, ...added, oneOf: [{}] }, given],
    ),
  );

test("if a proof succeeds, the validator accepts all values of the one schema for the other", () => {
  let proofs = 0;
  fc.assert(
    fc.property(similar, ([given, other]) => {
      if (!isIncluded(given, other, "response")) return;
      proofs += 1;
      const values = accepted(other);
      expect(accepted(given).filter((value) => !values.includes(value))).toEqual([]);
    }),
    { numRuns: 2000 },
  );
  expect(proofs).toBeGreaterThan(50);
});

test("every schema is included in a copy of itself, with and without allOf", () => {
  fc.assert(
    fc.property(schemas(false), (schema) => {
      expect(isIncluded(schema, structuredClone(schema), "response")).toBe(true);
      if (!("unevaluatedProperties" in schema)) {
        expect(isIncluded(schema, { allOf: [structuredClone(schema)] }, "response")).toBe(true);
      }
    }),
  );
});

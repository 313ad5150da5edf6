import { expect, test } from "vitest";
import { type Change, isBreaking } from "../../../scripts/breaking/change.ts";
import { compareContracts } from "../../../scripts/breaking/compare-contracts.ts";
import type { ContractDocument, Schema } from "../../../server/contract/document.ts";
import { EQUIVALENT, NARROWER, OTHER_TYPES } from "./schema-pairs.ts";

type Direction = "request" | "response";
type Rows = [title: string, base: Schema, revision: Schema][];

/** A contract with one operation per schema, in whose request or response it is. */
function contractOf(schemas: readonly unknown[], direction: Direction): ContractDocument {
  const paths = schemas.map((schema, index) => {
    const body = { content: { "application/json": { schema } } };
    const responses = { "200": { description: "OK", ...(direction === "response" && body) } };
    const operation = { operationId: `op${index}`, responses, ...(direction === "request" && { requestBody: body }) };
    return [`/schemas/${index}`, { post: operation }];
  });
  return {
    openapi: "3.1.1",
    info: { title: "Schemas", version: "1.0.0" },
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {},
      schemas: {
        Name: { type: "string", maxLength: 9 },
        Animal: { type: "object", required: ["name"], properties: { name: { $ref: "#/components/schemas/Name" } } },
        Tree: { type: "object", properties: { left: { $ref: "#/components/schemas/Tree" } } },
      },
    },
  };
}

/** The titles of the rows whose change breaks callers, or only those who use the types. */
async function breakingRows(rows: Rows, direction: Direction, isRelevant = isBreaking) {
  const [base, revision] = [1, 2].map((side) =>
    contractOf(
      rows.map((row) => row[side]),
      direction,
    ),
  ) as [ContractDocument, ContractDocument];
  const changes = await compareContracts(base, revision);
  const broken = new Set(changes.filter(isRelevant).map(({ operation }) => operation));
  return rows.filter((_, index) => broken.has(`POST /schemas/${index}`)).map(([title]) => title);
}

const reversed = (rows: Rows): Rows => rows.map(([title, base, revision]) => [title, revision, base]);
const titles = (rows: Rows) => rows.map(([title]) => title);

test.for(["request", "response"] as const)("schemas of one meaning break no caller in a %s", async (direction) => {
  expect(await breakingRows(EQUIVALENT, direction)).toEqual([]);
  expect(await breakingRows(reversed(EQUIVALENT), direction)).toEqual([]);
});

test.for(["request", "response"] as const)(
  "schemas of other types are the same on the wire in a %s",
  async (direction) => {
    const isMajor = ({ wire }: Change) => wire === "major";
    expect(await breakingRows(OTHER_TYPES, direction, isMajor)).toEqual([]);
    expect(await breakingRows(reversed(OTHER_TYPES), direction, isMajor)).toEqual([]);
  },
);

test("a request may accept more, and breaks callers if it accepts less", async () => {
  expect(await breakingRows(NARROWER, "request")).toEqual([]);
  expect(await breakingRows(reversed(NARROWER), "request")).toEqual(titles(NARROWER));
});

test("a response may contain less, and breaks callers if it can contain more", async () => {
  expect(await breakingRows(reversed(NARROWER), "response")).toEqual([]);
  expect(await breakingRows(NARROWER, "response")).toEqual(titles(NARROWER));
});

const object = (description: string, values: number[], minLength: number): Schema => ({
  type: "object",
  description,
  properties: {
    kind: { description, enum: values },
    description: { description, type: "string", minLength },
  },
});
const COMPOSITIONS: [keyword: string, compose: (schema: Schema) => Schema][] = [
  ["properties", (schema) => schema],
  ["allOf", (schema) => ({ allOf: [{ $ref: "#/components/schemas/Animal" }, schema] })],
  ["anyOf", (schema) => ({ anyOf: [schema, { type: "null" }] })],
  ["oneOf", (schema) => ({ oneOf: [{ type: "null" }, schema] })],
  ["else", (schema) => ({ if: { maxProperties: 1 }, else: schema })],
  ["dependentSchemas", (schema) => ({ dependentSchemas: { properties: schema } })],
  ["allOf with unevaluatedProperties", (schema) => ({ allOf: [schema], unevaluatedProperties: false })],
];

test.for(COMPOSITIONS)("an annotation beside a breaking change in %s breaks no caller", async ([, compose]) => {
  const [base, revision] = [object("Old.", [1], 3), object("New.", [1, 2], 3)].map((schema) =>
    contractOf([compose(schema)], "response"),
  ) as [ContractDocument, ContractDocument];
  const changes = await compareContracts(base, revision);
  const breaking = changes.filter(isBreaking).map(({ subject }) => subject.slice(-2).join("/"));
  expect(breaking).toEqual(["kind/enum"]);
  expect(changes.filter(({ wire }) => wire === "patch")).toHaveLength(3);
});

test.for(COMPOSITIONS.slice(0, 3))("a harmless constraint beside a breaking one in %s", async ([, compose]) => {
  const [base, revision] = [object("Old.", [1], 3), object("Old.", [1, 2], 5)].map((schema) =>
    contractOf([compose(schema)], "response"),
  ) as [ContractDocument, ContractDocument];
  const changes = await compareContracts(base, revision);
  const verdicts = changes.map(({ wire, subject }) => [subject.slice(-2).join("/"), wire]);
  expect(Object.fromEntries(verdicts)).toMatchObject({ "kind/enum": "major", "description/minLength": "patch" });
});

test.for(["then", "else", "allOf"])(
  "a member that unevaluatedProperties judges no more breaks callers in %s",
  async (keyword) => {
    const contracts = [{}, { properties: { b: { type: "string" } } }].map((inner) =>
      contractOf(
        [
          {
            unevaluatedProperties: { type: "integer" },
            if: keyword === "then",
            [keyword]: keyword === "allOf" ? [inner] : inner,
          },
        ],
        "response",
      ),
    ) as [ContractDocument, ContractDocument];
    expect((await compareContracts(...contracts)).some(isBreaking)).toBe(true);
  },
);

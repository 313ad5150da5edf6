import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startStub } from "../../../server/stub/start-stub.ts";
import { contractFolder } from "../../scripts/generate/contract-folder.ts";

const BODY = "{ content: { application/json: { schema: { type: object } } } }";

/** An operation whose body has this schema, and the places to which the schema can refer. */
const contractWith = (schema: string, responses = '{ "204": { description: ok } }') => `openapi: 3.1.1
info: { title: Things, version: 1.0.0 }
security: []
paths:
  /a~b:
    post:
      operationId: sendOther
      requestBody: ${BODY}
      responses: { "204": { description: ok } }
  /things:
    post:
      operationId: sendThing
      requestBody: { required: true, content: { application/json: { schema: ${schema} } } }
      responses: ${responses}
webhooks:
  thing: { post: { requestBody: ${BODY}, responses: { "200": { description: ok } } } }
components:
  responses: { Thing: { description: ok, content: { application/json: { schema: { type: object } } } } }
  callbacks: { Thing: { "{$url}": { post: { requestBody: ${BODY}, responses: { "200": { description: ok } } } } } }
  schemas:
    Pet: { type: object, properties: { kind: { type: string }, discriminator: { type: integer } } }
    Cat: { allOf: [{ $ref: "#/components/schemas/Pet" }, { required: [kind], maxProperties: 2 }] }
    Dog: { allOf: [{ $ref: "#/components/schemas/Pet" }, { required: [bark] }] }
`;

/** The statuses of requests with these bodies to the generated contract. */
async function statusesOf(yaml: string, ...bodies: unknown[]) {
  const folder = await contractFolder({ "openapi.yaml": yaml });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const document = pathToFileURL(join(folder.root, "out/openapi.json"));
  const server = await startStub({ document, controlPort: "none" });
  onTestFinished(() => server.close());
  const init = { method: "POST", headers: { "Content-Type": "application/json" } };
  const responses = bodies.map((body) => fetch(`${server.url}/things`, { ...init, body: JSON.stringify(body) }));
  return (await Promise.all(responses)).map(({ status }) => status);
}

const CONTENT = "content/application~1json/schema";

test.for([
  `#/paths/~1a~0b/post/requestBody/${CONTENT}`,
  `#/components/responses/Thing/${CONTENT}`,
  "#/components/schemas/Cat/allOf/0",
  `#/webhooks/thing/post/requestBody/${CONTENT}`,
  `#/components/callbacks/Thing/%7B$url%7D/post/requestBody/${CONTENT}`,
])("a body with a reference to %s is validated", async (reference) => {
  expect(await statusesOf(contractWith(`{ $ref: "${reference}" }`), {}, 5)).toEqual([204, 400]);
});

const MAPPING = 'mapping: { cat: "#/components/schemas/Cat", dog: "#/components/schemas/Dog" }';

test("a discriminator is an annotation, and a property of that name is a property", async () => {
  const pets = '[{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }]';
  const yaml = contractWith(`{ oneOf: ${pets}, discriminator: { propertyName: kind, ${MAPPING} } }`);
  const bodies = [{ kind: "cat" }, { kind: "tiger" }, { bark: 1 }, {}, null, 5, { kind: "cat", discriminator: "a" }];
  expect(await statusesOf(yaml, ...bodies)).toEqual([204, 204, 204, 400, 400, 400, 400]);
});

test("the stub responds with an error if the operation declares no other response", async () => {
  const problem = "{ description: Full }";
  expect(await statusesOf(contractWith("{}", `{ "409": ${problem} }`), {})).toEqual([409]);
  expect(await statusesOf(contractWith("{}", `{ 4XX: ${problem} }`), {})).toEqual([400]);
  expect(
    await statusesOf(contractWith("{}", `{ 5XX: ${problem}, default: ${problem}, "303": ${problem} }`), {}),
  ).toEqual([303]);
});

test("boolean schemas accept every value or none", async () => {
  expect(await statusesOf(contractWith("true"), {}, null)).toEqual([204, 204]);
  expect(await statusesOf(contractWith("false"), {}, null)).toEqual([400, 400]);
  const object = contractWith("{ type: object, properties: { any: true, none: false } }");
  expect(await statusesOf(object, { any: 1 }, { none: 1 })).toEqual([204, 400]);
  const query = "parameters: [{ name: q, in: query, schema: true }, { $ref: '#/components/parameters/No' }]";
  const parameter = "components:\n  parameters: { No: { name: no, in: query, schema: false } }";
  const yaml = contractWith("{}").replace("operationId: sendThing", `operationId: sendThing\n      ${query}`);
  expect(await statusesOf(yaml.replace("components:", parameter), {})).toEqual([204]);
});

test("a reference in a default or an example is data", async () => {
  const data = "{ $ref: nowhere, $defs: { discriminator: 1 } }";
  const yaml = contractWith(
    `{ type: object, default: ${data}, example: ${data}, examples: [${data}], maxProperties: 2 }`,
  );
  expect(await statusesOf(yaml, { a: 1 }, 5)).toEqual([204, 400]);
});

test.for<[string, string, unknown, unknown]>([
  ["a tuple under 'not'", "{ not: { type: array, prefixItems: [{ type: string }] } }", [1], ["a"]],
  ["a tuple without other items", "{ prefixItems: [{ type: string }], unevaluatedItems: false }", ["a"], ["a", 1]],
  ["one of two tuples", "{ oneOf: [{ prefixItems: [{ const: 1 }] }, { prefixItems: [{ const: 2 }] }] }", [1], [3]],
  ["a constant that looks like a reference", "{ const: { $ref: nowhere } }", { $ref: "nowhere" }, {}],
  ["a value that looks like a reference", "{ enum: [{ $ref: nowhere }] }", { $ref: "nowhere" }, 1],
  [
    "a constant that looks like a local one",
    '{ const: { $ref: "#/components/schemas/Pet" } }',
    { $ref: "#/components/schemas/Pet" },
    {},
  ],
  [
    "a constant with marks",
    "{ const: { readOnly: true, required: [a] } }",
    { readOnly: true, required: ["a"] },
    { required: ["a"] },
  ],
  [
    "a property named const",
    '{ properties: { const: { $ref: "#/components/schemas/Pet" } } }',
    { const: {} },
    { const: 5 },
  ],
  ["a reference to false", '{ properties: { no: { $ref: "#/components/schemas/No" } } }', {}, { no: 1 }],
  [
    "a reference to a property that is false",
    '{ items: { $ref: "#/components/schemas/Open/properties/no" } }',
    [],
    [1],
  ],
  ["a schema with anchors and a dialect", '{ $ref: "#/components/schemas/Named", $anchor: a }', { kind: "cat" }, {}],
  ["an empty name that is required", '{ required: [""] }', { "": 1 }, {}],
  ["a multiple of a hundredth", "{ type: number, multipleOf: 0.01 }", 1.13, 1.135],
  [
    "a name required beside a read-only one",
    "{ properties: { id: { readOnly: true } }, dependentRequired: { a: [id, b] } }",
    { a: 1, b: 1 },
    { a: 1 },
  ],
  ["an impossible date", "{ type: string, format: date }", "2026-01-13", "2026-13-01"],
  ["a keyword beside a reference", '{ $ref: "#/components/schemas/Named" }', { kind: "cat" }, {}],
])("the server rejects a body that breaks %s", async ([, schema, right, wrong]) => {
  const named = `  schemas:
    Named: { $ref: "#/components/schemas/Pet", required: [kind], $anchor: a, $schema: "https://json-schema.org/draft/2020-12/schema#" }
    No: false
    Open: { properties: { no: false } }`;
  const yaml = contractWith(schema).replace("  schemas:", named);
  expect(await statusesOf(yaml, right, wrong)).toEqual([204, 400]);
});

import { expect, test } from "vitest";
import { contractFolder, contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

const SHARED =
  "The operations of this path item belong to another path, webhook or callback. Describe each on its own.";
const beside = (key: string) =>
  `'${key}' beside '$ref' has no effect. Write it where the reference leads, or remove the reference.`;
const ITEM = 'pathItems: { A: { get: { operationId: readA, responses: { "204": { description: ok } } } } }';
const PUT = 'put: { operationId: writeThing, responses: { "204": { description: ok } } }';
const withPath = (path: string, components: string) => ({
  text: contractWith({})
    .replace("\npaths:\n", `\npaths:\n${path}`)
    .replace("components:\n", `components:\n  ${components}\n`),
});

testRejections([
  [
    "an operation beside the reference of its path item",
    withPath(`  /a: { $ref: "#/components/pathItems/A", ${PUT} }\n`, ITEM),
    ["reference", beside("put"), "put"],
  ],
  [
    "parameters beside the reference of a path item",
    withPath('  /a: { $ref: "#/components/pathItems/A", parameters: [] }\n', ITEM),
    ["reference", beside("parameters"), "parameters"],
  ],
  [
    "a member beside the reference to a parameter",
    {
      text: withPath("", "parameters: { Q: { name: q, in: query, schema: { type: string } } }").text.replace(
        "operationId: readThing",
        'operationId: readThing\n      parameters: [{ $ref: "#/components/parameters/Q", required: true, description: mine }]',
      ),
    },
    ["reference", beside("required"), "required"],
  ],
  [
    "an operation that is a reference",
    { path: 'put: { $ref: "#/paths/~1things~1{id}/get" }' },
    ["reference", "An operation can't be a reference. Refer to a whole path item, or write the operation.", "$ref"],
  ],
  [
    "a webhook that is a path",
    { root: 'webhooks: { thing: { $ref: "#/paths/~1things~1{id}" } }' },
    ["reference", SHARED, '"#/paths/~1things~1{id}"'],
  ],
  [
    "a path that is a webhook",
    {
      text: contractWith({ root: `webhooks: { thing: { ${PUT} } }` }).replace(
        "\npaths:\n",
        '\npaths:\n  /a: { $ref: "#/webhooks/thing" }\n',
      ),
    },
    ["reference", SHARED, '"#/webhooks/thing"'],
  ],
  ...[
    ["null", "''", "null"],
    ["5", "'5'", "5"],
    ['""', "''", '""'],
  ].map(
    ([value = "", shown = "", underlined = ""]): Rejection => [
      `the reference ${value}`,
      { schema: `properties: { p: { $ref: ${value} } }` },
      [
        "reference",
        `${shown} is not supported. Refer to an object by its place: '#/components/schemas/…'.`,
        underlined,
      ],
    ],
  ),
  [
    "a reference that ends with a slash",
    { schema: "properties: { p: { $ref: '#/components/schemas/Thing/' } }" },
    [
      "reference",
      "'#/components/schemas/Thing/' ends with a slash. Write '#/components/schemas/Thing'.",
      "'#/components/schemas/Thing/'",
    ],
  ],
  ...["5", "null", "[Thing]", '"#/components/schemas/%"'].map(
    (target, index): Rejection => [
      `${target} as the schema of a discriminator's value`,
      { schema: `discriminator: { propertyName: kind, mapping: { a: ${target} } }` },
      [
        "reference",
        index === 3
          ? "'%' must be followed by two digits in '#/components/schemas/%'. Write '%25'."
          : "This is no text. Write the name of a schema, or a reference.",
        target,
      ],
    ],
  ),
  [
    "a dynamic reference",
    { schema: "properties: { p: { $dynamicRef: '#thing' } }" },
    [
      "schema-keyword",
      "'$dynamicRef' is not supported. Write '$ref' and the schema's place: '#/components/schemas/…'.",
      "$dynamicRef",
    ],
  ],
]);

const FILES: [title: string, reference: string, file: Record<string, string>, message: string][] = [
  [
    "an anchor in another file",
    "p.yaml#thing",
    { "p.yaml": "type: object\n" },
    "'p.yaml#thing' leads to an anchor. Write a place: '#/…'.",
  ],
  [
    "a file of text",
    "p.md",
    { "p.md": "# A title\n" },
    "The file 'p.md' is no YAML mapping. Refer to a file with an object.",
  ],
  [
    "an empty file",
    "p.yaml",
    { "p.yaml": "" },
    "The file 'p.yaml' is no YAML mapping. Refer to a file with an object.",
  ],
];

test.for(FILES)("a reference to %s is reported at its place", async ([, reference, file, message]) => {
  const text = contractWith({ schema: `properties: { p: { $ref: "${reference}" } }` });
  const folder = await contractFolder({ "openapi.yaml": text, ...file });
  const { code, output } = await folder.generate();
  const line = text.split("\n").findIndex((one) => one.includes(reference)) + 1;
  expect(output).toContain(`openapi.yaml:${line}:32  error  no-unresolved-refs\n  ${message}\n`);
  expect(code).toBe(2);
});

test("files that only refer to each other are reported at the reference that leads to files", async () => {
  const text = contractWith({ schema: 'properties: { p: { $ref: "a.yaml" } }' });
  const folder = await contractFolder({ "openapi.yaml": text, "a.yaml": "$ref: b.yaml\n", "b.yaml": "$ref: a.yaml\n" });
  const { code, output } = await folder.generate();
  const line = text.split("\n").findIndex((one) => one.includes("a.yaml")) + 1;
  expect(output).toContain(
    `openapi.yaml:${line}:32  error  reference\n  The references between the files can't be followed`,
  );
  expect(code).toBe(2);
});

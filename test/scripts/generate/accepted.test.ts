import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { compileErrors } from "../../../scripts/generate/compile.ts";
import { lint } from "../../../scripts/generate/lint/lint.ts";
import { readContract } from "../../../scripts/generate/read/read-contract.ts";
import { renderTypes } from "../../../scripts/generate/render-types.ts";
import { renderDeclarations, renderValidators } from "../../../scripts/generate/render-validators.ts";
import { contractFolder, contractWith } from "./contract-folder.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));

/** The types and validators of a fixture. It must have no problem, and the sources must compile. */
async function renderFixture(file: string) {
  const { contract, diagnostics } = await readContract(FIXTURES, file);
  if (!contract) return expect.fail(JSON.stringify(diagnostics));
  const { problems, ajv } = await lint(contract);
  expect(problems).toEqual([]);
  const types = await renderTypes(contract.document);
  const declarations = renderDeclarations(contract.document);
  const validators = renderValidators(contract.document, ajv);
  const sources = { "types.ts": types, "validators.d.ts": declarations };
  return {
    sources,
    validators,
    errorsOf: (code: string) => compileErrors(new Map(Object.entries({ ...sources, "use.ts": code }))),
  };
}

test("a contract with all that OpenAPI 3.1 allows has types that compile", async () => {
  const { errorsOf } = await renderFixture("orders.yaml");
  const code = `
    import type { _2FA, AcmeDevice, Class, components, DeviceInfo, Order, Record as ApiError } from "./types.ts";
    import { "2FA" as is2fa, "Acme.Device" as isDevice, class as isClass, Record as isError } from "./validators.js";
    const device: DeviceInfo = { os: "linux" };
    const order: Order = { id: "o-1", status: "open", lines: [{ sku: "a", count: 2 }], secret: "s", device, anything: 7 };
    const error: ApiError = { title: "Not found", status: 404, os: "linux" };
    const kind: Class = device;
    const code: _2FA = null;
    const pair: AcmeDevice = ["a", 1];
    const { id, ...writable } = order;
    type Request = components["requestBodies"]["Order"]["content"]["application/json"];
    const request: Request = { ...writable, callbackUrl: "" };
    // @ts-expect-error A request has no readOnly property.
    export const readOnly: Request = { ...order, callbackUrl: "" };
    export const used = [id, order.lines[0]?.sku?.length, error, kind, code, pair, request, is2fa, isDevice, isClass, isError];
  `;
  expect(errorsOf(code)).toEqual([]);
  expect(errorsOf('import type { Order } from "./types.ts"; export const order: Order = {};')).toHaveLength(1);
});

test("the validators of a contract are exported by the names of their schemas", async () => {
  const { validators } = await renderFixture("orders.yaml");
  const module = await import(`data:text/javascript,${encodeURIComponent(validators)}`);
  const verdicts = (name: string, ...values: unknown[]) => values.map((value) => module[name](value));
  expect(verdicts("device-info", { os: "linux" }, { os: "vms" })).toEqual([true, false]);
  expect(verdicts("class", ["a", 1], { type: "", os: "vms" }, 7)).toEqual([true, true, false]);
  expect(verdicts("Acme.Device", ["a", 1], ["A", 1], ["a", 1, 2])).toEqual([true, false, false]);
  expect(verdicts("2FA", null, "1234", "12345678901")).toEqual([true, true, false]);
  expect(verdicts("Record", { title: "" }, {})).toEqual([true, false]);
  expect(verdicts("Never", {}, null)).toEqual([false, false]);
  expect(verdicts("Object", {}, [])).toEqual([true, false]);
  // Requests have no id, and responses no secret: neither is required of both.
  expect(verdicts("Order", { status: "open", lines: [] }, { status: "open", lines: [{ count: 0 }] })).toEqual([
    true,
    false,
  ]);
});

test("the validators compare objects and arrays with constants and with each other", async () => {
  const schema = `properties:
  constant: { const: { a: [1] } }
  one: { enum: [[], {}] }
  unique: { type: array, uniqueItems: true }`;
  const folder = await contractFolder({ "openapi.yaml": contractWith({ schema }) });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const { Thing } = await import(pathToFileURL(`${folder.root}/out/validators.js`).href);
  const verdicts = [{ constant: { a: [1] }, one: {}, unique: [[1], [2]] }, { unique: [{}, {}] }].map(Thing);
  expect(verdicts).toEqual([true, false]);
});

test("every file of such a contract is generated, and its responses and constants name what it declares", async () => {
  const folder = await contractFolder({ "openapi.yaml": readFileSync(`${FIXTURES}orders.yaml`, "utf8") });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const operations = folder.read("out/operations.ts");
  for (const id of ["list-orders", "orders.create", "Read order", "delete_order", "listLines"]) {
    expect(operations).toContain(`"${id}"`);
  }
});

const YAML = contractWith({
  operation: "x-internal: true",
  schema: "properties:\n  at: { type: string, format: date-time }\n  kind: { type: string, default: login }",
});

test("a property with a default is optional in the types", async () => {
  const folder = await contractFolder({ "openapi.yaml": YAML });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  expect(folder.read("out/types.ts")).toContain("kind?: string;");
});

test.for([
  ["CRLF line endings", YAML.replaceAll("\n", "\r\n")],
  ["a byte order mark", `\uFEFF${YAML}`],
  ["a comment on top", `# mine\n${YAML}`],
] as const)("a contract with %s gives the same files", async ([, text]) => {
  const folder = await contractFolder({ "openapi.yaml": YAML });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const other = await contractFolder({ "openapi.yaml": text });
  expect(await other.generate()).toMatchObject({ code: 0 });
  expect(other.read("out/manifest.json")).toBe(folder.read("out/manifest.json"));
});

test("a JSON document is a contract, with positions", async () => {
  const { document } = (await readContract(FIXTURES, "orders.yaml")).contract ?? expect.fail();
  const text = JSON.stringify({ ...document, info: { title: "Orders", version: "1" } }, null, "\t");
  const folder = await contractFolder({ "openapi.yaml": text });
  const line = text.split("\n").findIndex((one) => one.includes('"version": "1"')) + 1;
  expect((await folder.generate()).output).toContain(`openapi.yaml:${line}:14  error  info-version`);
});

test("extensions of paths and of responses are no operations and no statuses", async () => {
  const text = contractWith({ path: "x-get: { get: 1 }" })
    .replace("paths:\n", "paths:\n  x-foo: { get: 1 }\n")
    .replace("      responses:\n", "      responses:\n        x-note: 1\n        x-more: { a: null }\n");
  const folder = await contractFolder({ "openapi.yaml": text });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  expect(folder.read("out/operations.ts")).not.toMatch(/x-(get|foo|note|more)/);
});

test("hundreds of aliases of one anchor are replaced", async () => {
  const properties = Array.from({ length: 500 }, (_, index) => `  p${index}: *text\n`).join("");
  const schema = `properties:\n  first: &text { type: string, maxLength: 5 }\n${properties}`;
  const folder = await contractFolder({ "openapi.yaml": contractWith({ schema }) });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  expect(folder.read("out/types.ts")).toContain("p499?: string;");
});

test("another contract is generated into its own folder, compared and checked there", async () => {
  const folder = await contractFolder({ "openapi.yaml": YAML });
  const files = ["openapi.json", "operations.ts", "types.ts", "validators.d.ts", "validators.js", "manifest.json"];
  expect((await folder.generate()).output).toBe(files.map((file) => `wrote out/${file}\n`).join(""));
  expect(await folder.generate("--check")).toEqual({ code: 0, output: "out/ is up to date with openapi.yaml.\n" });
  expect(readFileSync(`${folder.root}/out/types.ts`, "utf8")).toMatch(/^\/\/ Generated from openapi\.yaml by /);
});

test.for([
  ["items", "Thing: { type: array, items: { $ref: '#/components/schemas/Thing' } }"],
  [
    "items of several types",
    "Thing: { type: array, items: { anyOf: [{ type: integer }, { $ref: '#/components/schemas/Thing' }] } }",
  ],
  [
    "an alternative",
    "Thing: { anyOf: [{ type: integer }, { type: array, items: { $ref: '#/components/schemas/Thing' } }] }",
  ],
  [
    "an alternative of an alternative",
    "Thing: { oneOf: [{ type: integer }, { anyOf: [{ type: string }, { type: array, items: { $ref: '#/components/schemas/Thing' } }] }] }",
  ],
  [
    "a part",
    "Thing: { allOf: [{ type: array, items: { $ref: '#/components/schemas/Thing' } }, { type: array, maxItems: 5 }] }",
  ],
  ["a tuple", "Thing: { type: array, prefixItems: [{ type: string }, { $ref: '#/components/schemas/Thing' }] }"],
  [
    "items of items of another schema",
    "Thing: { type: array, items: { $ref: '#/components/schemas/B' } }\n    B: { type: array, items: { type: array, items: { $ref: '#/components/schemas/Thing' } } }",
  ],
  [
    "a property's items",
    "Thing: { type: object, properties: { p: { type: array, items: { anyOf: [{ type: integer }, { $ref: '#/components/schemas/Thing/properties/p' }] } } } }",
  ],
] as const)("an array that contains itself as %s has types that compile", async ([, schemas]) => {
  const contract = contractWith({}).replace(/Thing:\n.*object\n/, `${schemas}\n`);
  const folder = await contractFolder({ "openapi.yaml": contract });
  expect(await folder.generate()).toMatchObject({ code: 0 });
});

const BASE =
  "MaybeBase: { type: [object, 'null'], properties: { x: { type: string }, kids: { type: array, items: { $ref: '#/components/schemas/Thing' } } } }";

test.for([
  ["beside a reference", "$ref: '#/components/schemas/Base', required: [x, kids]"],
  ["beside allOf", "allOf: [{ $ref: '#/components/schemas/Base' }], required: [x, kids]"],
  ["in a part of allOf", "allOf: [{ $ref: '#/components/schemas/Base' }, { required: [x, kids] }]"],
  ["beside a reference to a value that can be null", "$ref: '#/components/schemas/MaybeBase', required: [x, kids]"],
])("required properties of another schema are required in the types: %s", async ([, schema]) => {
  const base = BASE.replace("Maybe", "").replace(", 'null'", "");
  const contract = contractWith({}).replace(/Thing:\n.*object\n/, `Thing: { ${schema} }\n    ${base}\n    ${BASE}\n`);
  const folder = await contractFolder({ "openapi.yaml": contract });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const code = `
    import type { Thing } from "./types.ts";
    export const namesOf = (thing: NonNullable<Thing>): string[] => thing.kids.map((kid) => kid?.x ?? thing.x);
    // @ts-expect-error x is required.
    export const thing: Thing = { kids: [] };`;
  const sources = new Map([
    ["types.ts", folder.read("out/types.ts")],
    ["use.ts", code],
  ]);
  expect(compileErrors(sources)).toEqual([]);
});

test("definitions of a schema can be booleans, and can have any name", async () => {
  const schema = `properties:
  p: { $ref: "#/components/schemas/Thing/$defs/c%20d" }
  q: { $ref: "#/components/schemas/Thing/$defs/e~1f" }
$defs: { any: true, none: false, c d: { type: string }, e/f: { type: integer } }`;
  const folder = await contractFolder({ "openapi.yaml": contractWith({ schema }) });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  expect(folder.read("out/types.ts")).toMatch(/p\?: components.*\n.*q\?: components/);
});

test.for([
  "^[a-z0-9]+(-[a-z0-9]+)*$",
  "^([a-z0-9]+(-[a-z0-9]+)*[.])+[a-z]{2,}$",
  "^([0-9]{1,3}[.]){3}[0-9]{1,3}$",
  "^(/[a-z0-9._-]+)+$",
  "^[^@ ]+@[^@ ]+[.][^@ ]+$",
  "^(ab|a)*c$",
])("the pattern %s takes no exponential time", async (pattern) => {
  const folder = await contractFolder({
    "openapi.yaml": contractWith({ schema: `properties: { p: { type: string, pattern: "${pattern}" } }` }),
  });
  expect(await folder.generate()).toMatchObject({ code: 0 });
});

test("a header parameter X-Request-Id is no argument of the client's method, which sends it anyway", async () => {
  const operation = `parameters:
  - { name: X-Request-Id, in: header, required: true, schema: { type: string } }
  - { name: X-Trace, in: header, schema: { type: string } }`;
  const folder = await contractFolder({ "openapi.yaml": contractWith({ operation }) });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const code = `
    import type { Methods } from "./operations.ts";
    export const headers: Methods["readThing"]["headers"][] = [{}, { "X-Trace": "t" }];`;
  const files = ["types.ts", "operations.ts"].map((file): [string, string] => [file, folder.read(`out/${file}`)]);
  expect(compileErrors(new Map([...files, ["use.ts", code]]))).toEqual([]);
});

test("path parameters can have any name, such as one that starts with a digit or is a word of TypeScript", async () => {
  const names = ["1", "2fa", "class", "default", "in", "this", "user.id", "user-id", "userId", "_", "-"];
  const parameters = names.map((name) => `{ name: "${name}", in: path, required: true, schema: { type: string } }`);
  const path = `  /${names.map((name) => `{${name}}`).join("/")}:
    put:
      operationId: writeThing
      parameters: [${parameters}]
      responses: { "204": { description: ok } }
`;
  const text = contractWith({}).replace("\npaths:\n", `\npaths:\n${path}`);
  const folder = await contractFolder({ "openapi.yaml": text });
  expect(await folder.generate()).toEqual({ code: 0, output: expect.stringContaining("wrote") });
});

test("a security scheme can be a reference to a reference", async () => {
  const schemes = `
    Token: { $ref: "#/components/securitySchemes/B" }
    B: { $ref: "#/components/securitySchemes/C" }
    C: { type: http, scheme: basic }`;
  const text = contractWith({}).replace("\n    Token: { type: http, scheme: bearer }", schemes);
  const folder = await contractFolder({ "openapi.yaml": text });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const { securitySchemes } = JSON.parse(folder.read("out/openapi.json")).components;
  expect(securitySchemes.Token).toEqual({ type: "http", scheme: "basic" });
});

import { fileURLToPath } from "node:url";
import { middleware } from "express-openapi-validator";
import { expect, test } from "vitest";
import { lint } from "../../../scripts/generate/lint/lint.ts";
import { proofOf } from "../../../scripts/generate/proof/prove-rendered.ts";
import { readContract } from "../../../scripts/generate/read/read-contract.ts";
import { type Contract, contractOf } from "../../../server/contract/contract.ts";
import { contractFolder, contractWith } from "./contract-folder.ts";
import { copyProject, filesIn } from "./project-copy.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

async function validContract(file: string, root = ROOT) {
  const { contract, diagnostics } = await readContract(root, file);
  if (!contract) return expect.fail(JSON.stringify(diagnostics));
  const { problems, ajv } = await lint(contract);
  expect(problems).toEqual([]);
  return { contract: contractOf(contract.document), ajv };
}

test.for([
  "openapi.yaml",
  "server/stub/control/control.yaml",
  "test/fixtures/library.yaml",
  "test/fixtures/orders.yaml",
])("the server serves every operation of %s as it is written", async (file) => {
  const { contract, ajv } = await validContract(file);
  expect(await proofOf(contract, ajv)).toEqual({ failures: [], unproven: [] });
});

const REQUEST_BODY = (schema: string) =>
  contractWith({
    operation: `requestBody:\n  required: true\n  content: { application/json: { schema: ${schema} } }`,
  }).replace("get:", "put:");

/** Bodies, and schemas for which the request validator alone is wrong, or does not start. */
test.for([
  ["that is required by the operation only", "{ type: object }"],
  ["by a reference to a schema without required properties", '{ $ref: "#/components/schemas/Thing" }'],
  ["with a default of a required property", "{ type: object, required: [a], properties: { a: { default: 1 } } }"],
  ["with a default that looks like a reference", "{ type: object, default: { $ref: nowhere } }"],
  ["with a property of any value", "{ type: object, properties: { a: true } }"],
  ["with a tuple of any length", "{ type: array, prefixItems: [{ type: string }, { type: integer }] }"],
  [
    "with a pattern that backtracks",
    '{ type: object, required: [a], properties: { a: { type: string, pattern: "^a*a*a*a*a*a*$" } } }',
  ],
  ["with a long constant of such a pattern", `{ type: string, pattern: "^a*a*a*a*a*a*$", enum: [${"a".repeat(60)}] }`],
  [
    "with long texts of a pattern that backtracks",
    '{ type: object, required: [a], properties: { a: { type: string, pattern: "a*a*a*a*a*!$", minLength: 2, maxLength: 60 } } }',
  ],
  ["with single properties", "{ type: object, required: [a], properties: { a: { type: integer, readOnly: true } } }"],
] as const)("a body %s is validated", async ([, schema]) => {
  const folder = await contractFolder({ "openapi.yaml": REQUEST_BODY(schema) });
  expect(await folder.generate()).toMatchObject({ code: 0 });
});

test("a discriminator changes neither what is valid nor where a violation is", async () => {
  const kinds = "{ oneOf: [{ $ref: '#/components/schemas/A' }], discriminator: { propertyName: kind } }";
  const a = "A: { type: object, required: [kind], properties: { kind: { const: A }, n: { type: integer } } }";
  const yaml = REQUEST_BODY(kinds).replace("  schemas:\n", `  schemas:\n    ${a}\n`);
  expect(await (await contractFolder({ "openapi.yaml": yaml })).generate()).toMatchObject({ code: 0 });
});

async function failuresWith(change: (contract: Contract) => Partial<Contract>) {
  const { contract, ajv } = await validContract("test/fixtures/library.yaml");
  const { failures } = await proofOf({ ...contract, ...change(contract) }, ajv);
  return failures;
}

test("the proof fails for each constraint of an operation that is not validated", async () => {
  const failures = await failuresWith(() => ({ requestValidation: () => [] }));
  for (const violated of [
    /^listBooks: GET \/books\?.* violates 'maximum' of the query parameter 'limit' and must be a 400 that names it, but it is accepted$/m,
    /^listBooks: .* violates 'required' of the query parameter 'limit'/m,
    /^listBooks: .* violates 'enum' of the header parameter 'X-Fields'/m,
    /^listBooks: .* violates the unknown query parameter/m,
    /^readBook: .* violates 'pattern' of the path parameter 'book-id'/m,
    /^create-book: POST \/books with the body \{.*\} violates 'required' at the pointer '\/title'/m,
    /^create-book: .* violates 'minLength' at the pointer '\/title'/m,
    /^create-book: .* has no body and must be a 400/m,
  ]) {
    expect(failures.join("\n")).toMatch(violated);
  }
});

test("the proof fails if the path in servers turns the validation off", async () => {
  const failures = await failuresWith(({ document }) => {
    const apiSpec = { ...document, servers: [{ url: "https://library.example/v2" }] };
    const validation = middleware({ apiSpec: apiSpec as never, validateSecurity: false, validateApiSpec: false });
    return { requestValidation: () => validation };
  });
  expect(failures.join("\n")).toMatch(/^create-book: .* violates 'type' at the pointer ''/m);
});

test("the proof fails for an example of a response that does not pass the response check", async () => {
  const failures = await failuresWith(({ validator }) => ({ validator: () => validator({ not: {} }) }));
  expect(failures.join("\n")).toMatch(
    /^create-book: The example of the response 201 in application\/json must be sent/m,
  );
});

test("a failed proof is a failure of the generator, and nothing is written", { timeout: 120_000 }, () => {
  const project = copyProject();
  project.edit("server/contract/request-validation.ts", "    validatorsOf(document, operations),\n", "");
  project.edit("openapi.yaml", "minLength: 1", "minLength: 2");
  const before = filesIn(`${project.root}/generated`);
  const { code, output } = project.runScript("scripts/generate.ts");
  expect(output).toMatch(
    /Nothing was generated from openapi\.yaml: .*\n {2}SyncUserIdentity: PUT \/v1\/users\/.* violates '/,
  );
  expect(code).toBe(3);
  expect(filesIn(`${project.root}/generated`)).toEqual(before);
});

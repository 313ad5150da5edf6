import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import ts from "typescript";
import { expect, test } from "vitest";
import type { Violation } from "../../../generated/validators.js";
import { copyProject, type Edit } from "./project-copy.ts";

/** Sends each payload to the copy's server and to its standalone validator. */
const PROBE = `
import { readFileSync } from "node:fs";
import { SyncUserIdentityRequest as isRequest } from "./generated/validators.js";
import { startStub } from "./server/stub/start-stub.ts";
const server = await startStub({ directory: { users: [{ id: "u-ada" }], roles: [], roleConnectionMaps: [] } });
const { id, secret } = server.demo.apiKey;
const headers = {
  Authorization: "Basic " + Buffer.from(id + ":" + secret).toString("base64"),
  "Content-Type": "application/json",
};
const verdicts = [];
for (const payload of JSON.parse(readFileSync("payloads.json", "utf8"))) {
  const response = await fetch(server.url + "/v1/users/u-ada/$sync", { method: "PUT", headers, body: JSON.stringify(payload) });
  const fits = isRequest(payload);
  verdicts.push({ status: response.status, fits, errors: fits ? [] : isRequest.errors });
}
await server.close();
console.log(JSON.stringify(verdicts));
`;

const UPN =
  '        clientUpnKey:\n          type: [string, "null"]\n          maxLength: 255\n          description: >-\n';
const withProperty = (...lines: string[]): Edit => [
  UPN,
  `        shoe:\n${lines.map((line) => `          ${line}\n`).join("")}${UPN}`,
];

const EDITS: [name: string, ...edits: Edit[]][] = [
  ["an optional integer", withProperty("type: integer", "minimum: 30")],
  ["an enum that may be null", withProperty("type: [string, 'null']", "enum: [low, high, null]")],
  ["a list", withProperty("type: array", "items:", "  type: string", "  minLength: 2")],
  [
    "an object with a required member",
    withProperty("type: object", "required: [size]", "properties:", "  size:", "    type: number"),
  ],
  ["a boolean or a string", withProperty("type: [boolean, string]")],
  [
    "a required property",
    withProperty("type: string"),
    ["required: [audience, attributes, connection]", "required: [audience, attributes, connection, shoe]"],
    ["      value:\n        audience: https", "      value:\n        shoe: low\n        audience: https"],
  ],
  ["a pattern", withProperty("type: [string, 'null']", "pattern: ^[a-z]{2,}$")],
];

/** Mostly the valid value, sometimes one of the others. */
const mostly = (valid: unknown, ...others: unknown[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(valid) }, fc.constantFrom(...others));
const SHOES = [38, 29, 38.5, "low", "l", true, null, ["ab"], ["a"], [1], { size: 1 }, { size: "1" }, {}];
const PAYLOAD = fc.record({
  audience: mostly("a", "", null, 1),
  attributes: fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.record({ key: fc.constant("a"), value: fc.constantFrom("x", null) })) },
    fc.constantFrom(null, [{}], [{ key: 1 }], ["a"]),
  ),
  connection: mostly({ connectionId: "c" }, {}, null, { connectionId: "" }),
  clientUpnKey: fc.constantFrom(undefined, "erp", "ERP", null, 7),
  shoe: fc.constantFrom(undefined, ...SHOES),
});

/** Indexes of the payloads that are not assignable to the request type. */
function indexesThatDoNotCompile(root: string, payloads: unknown[]): Set<number> {
  const file = join(root, "payloads.ts");
  const lines = payloads.map(
    (payload, index) => `export const p${index}: SyncUserIdentityRequest = ${JSON.stringify(payload)};`,
  );
  writeFileSync(file, ['import type { SyncUserIdentityRequest } from "./generated/types.ts";', ...lines].join("\n"));
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    types: [],
    skipLibCheck: true,
  });
  const errors = ts.getPreEmitDiagnostics(program);
  // An error outside the payloads is a defect of this test.
  expect(errors.filter((error) => error.file?.fileName !== file)).toEqual([]);
  return new Set(
    errors.map(({ file: found, start = 0 }) => (found?.getLineAndCharacterOfPosition(start).line ?? 0) - 1),
  );
}

/** Whether a type expresses the violation: types have presence, JSON types and enums, but no lengths, patterns, ranges or integers. */
function isExpressedByTypes({ keyword, params }: Violation, payload: unknown): boolean {
  if (keyword === "type" && params.type === "integer") return typeof Object(payload).shoe !== "number";
  return ["type", "required", "enum"].includes(keyword);
}

test.for(EDITS)("server, validator and type agree about %s", async ([, ...edits]) => {
  const project = copyProject();
  for (const [from, to] of edits) project.edit("openapi.yaml", from, to);
  expect(await project.generate()).toMatchObject({ code: 0 });
  // Through JSON, which removes undefined members.
  const payloads: unknown[] = JSON.parse(JSON.stringify(fc.sample(PAYLOAD, { numRuns: 150, seed: 20_261_124 })));
  project.write("payloads.json", JSON.stringify(payloads));
  project.write("probe.ts", PROBE);

  const { output } = project.runScript("probe.ts");
  const verdicts: { status: number; fits: boolean; errors: Violation[] }[] = JSON.parse(output);
  const wrong = indexesThatDoNotCompile(project.root, payloads);

  const verified = payloads.map((payload, index) => ({ payload, ...verdicts[index], compiles: !wrong.has(index) }));
  const byServer = verified.filter(({ status, fits }) => status !== (fits ? 200 : 400));
  const byType = verified.filter(
    ({ errors = [], compiles, payload }) => compiles === errors.some((error) => isExpressedByTypes(error, payload)),
  );
  expect({ byServer, byType }).toEqual({ byServer: [], byType: [] });
  expect(new Set(verified.map(({ fits }) => fits)).size).toBe(2);
});

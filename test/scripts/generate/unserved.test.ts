import { expect, test } from "vitest";
import { contractFolder, contractWith } from "./contract-folder.ts";

const UPLOAD = `
  pathItems:
    Upload:
      post:
        parameters: [{ name: session, in: cookie, schema: { type: object } }]
        requestBody: { $ref: "#/components/requestBodies/Upload" }
        responses: { "200": { $ref: "#/components/responses/Page" } }
  requestBodies:
    Upload: { content: { multipart/form-data: { schema: { type: object }, example: "--a" } } }
  responses:
    Page: { description: ok, content: { text/html; charset=utf-8: { schema: { type: string } } } }
`;
const withUpload = (parts: Parameters<typeof contractWith>[0]) =>
  contractWith(parts).replace("components:\n", `components:${UPLOAD}`);

test.for([
  ["a webhook", { root: 'webhooks: { uploaded: { $ref: "#/components/pathItems/Upload" } }' }],
  ["a callback", { operation: 'callbacks: { uploaded: { $url: { $ref: "#/components/pathItems/Upload" } } }' }],
  [
    "a callback of the components",
    {
      operation: 'callbacks: { uploaded: { $ref: "#/components/callbacks/Uploaded" } }',
      components: 'callbacks: { Uploaded: { $url: { $ref: "#/components/pathItems/Upload" } } }',
    },
  ],
  ["no place", {}],
] as const)("parts of components can have any form if they are used in %s only", async ([, parts]) => {
  const folder = await contractFolder({ "openapi.yaml": withUpload(parts) });
  expect(await folder.generate()).toEqual({ code: 0, output: expect.stringMatching(/^(wrote .*\n)+$/) });
  expect(folder.read("out/types.ts")).toContain('"multipart/form-data"');
});

test("the same parts are reported if a path uses them as well", async () => {
  const contract = withUpload({ root: 'webhooks: { uploaded: { $ref: "#/components/pathItems/Upload" } }' });
  const text = contract.replace("\npaths:\n", '\npaths:\n  /upload: { $ref: "#/components/pathItems/Upload" }\n');
  const { code, output } = await (await contractFolder({ "openapi.yaml": text })).generate();
  const rules = Array.from(output.matchAll(/ {2}error {2}(\S+)/g), ([, rule]) => rule);
  expect(rules).toEqual(["operation-operationId", "parameter", "media-type", "media-type"]);
  expect(code).toBe(2);
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { send } from "../../../server/http/respond.ts";
import { startServer } from "../../../server/start.ts";
import { ACCESS, basic } from "../../helpers/access.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const id = { type: ["string", "null"], readOnly: true };
const pin = { type: "string", writeOnly: true, minLength: 4 };
const Secret = { type: "object", required: ["pin"], properties: { pin, note: { $ref: "#/components/schemas/Note" } } };
const Note = { type: "string", readOnly: true };
const Box = { type: "object", required: ["id"], properties: { id, inner: { $ref: "#/components/schemas/Box" } } };
const Both = {
  allOf: [{ $ref: "#/components/schemas/Secret" }, { $ref: "#/components/schemas/Box" }, { required: ["note"] }],
};

async function startBoxes(reply: unknown = { id: "b-1", note: "n" }) {
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Both" } } };
  const post = {
    ...{ operationId: "createBox", security: [{ Basic: [] }] },
    requestBody: { required: true, content },
    responses: { 201: { description: "Created.", content } },
  };
  const document = {
    ...{ openapi: "3.1.1", info: { title: "Boxes", version: "1.0.0" }, paths: { "/boxes": { post } } },
    components: { schemas: { Box, Both, Note, Secret }, securitySchemes: { Basic: { type: "http", scheme: "basic" } } },
  };
  const file = join(temporaryFolder(), "openapi.json");
  writeFileSync(file, JSON.stringify(document));
  const server = await startServer({ document: pathToFileURL(file), access: ACCESS }, async ({ store }) => ({
    ...{ first: [], beforeHandler: [], corsOrigins: [], send },
    handlerFor: () => async () => ({ status: 201, body: reply }),
    ready: () => store.ready(),
    close: () => store.close(),
  }));
  onTestFinished(() => server.close());
  return async (body: unknown) => {
    const headers = { Authorization: basic(), "Content-Type": "application/json" };
    const response = await fetch(`${server.url}/boxes`, { method: "POST", headers, body: JSON.stringify(body) });
    const { errors = [] } = (await response.json()) as { errors?: { pointer: string; detail: string }[] };
    return [response.status, ...errors.map(({ pointer, detail }) => `${pointer} ${detail}`)];
  };
}

test.for<[body: object, expected: unknown[]]>([
  [{ pin: "1234" }, [201]],
  [{ pin: "1234", inner: {} }, [201]],
  [{ pin: "1234", id: "b-1" }, [400, "/id is read-only"]],
  [{ pin: "1234", id: null }, [400, "/id is read-only"]],
  [{ pin: "1234", inner: { id: "b-1" } }, [400, "/inner/id is read-only"]],
  [{ pin: "1234", note: "n" }, [400, "/note is read-only"]],
  [{}, [400, "/pin must be present"]],
])("a request of %j is %j, because readOnly properties are neither required nor allowed", async ([body, expected]) => {
  expect(await (await startBoxes())(body)).toEqual(expected);
});

test.for<[reply: object, status: number]>([
  [{ id: "b-1", note: "n" }, 201],
  [{ id: null, note: "n", inner: { id: "b-2" } }, 201],
  [{ id: "b-1", note: "n", pin: "1234" }, 500],
  [{ note: "n" }, 500],
])("a response of %j is %i, because writeOnly properties are neither required nor allowed", async ([reply, status]) => {
  const call = await startBoxes(reply);
  expect((await call({ pin: "1234" }))[0]).toBe(status);
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { Journal } from "../../../generated/control/validators.js";
import { readOperations } from "../../../server/contract/operations.ts";
import { startStub } from "../../../server/stub/start-stub.ts";
import { LIBRARY } from "../../client/library.ts";
import { basicHeader } from "../../helpers/stub.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { bodyOf, control, problemOf } from "./control/control-site.ts";

const problem = { title: "No such book" };
/** The library with a cover of several media types, and examples of a range and of the default. */
const DOCUMENT = {
  ...LIBRARY,
  paths: {
    ...LIBRARY.paths,
    "/cover": {
      get: {
        operationId: "cover",
        responses: {
          200: {
            description: "The cover.",
            headers: { ETag: { schema: { type: "string" }, example: '"1"' } },
            content: {
              "application/json": { examples: { small: { value: { width: 9 } }, large: { value: [90] } } },
              "text/plain": { examples: { small: { value: "9" }, tiny: { value: "1" } } },
            },
          },
          204: { description: "None.", headers: { "X-Reason": { schema: { type: "string" }, example: "lost" } } },
          "4XX": { description: "Not found.", content: { "application/problem+json": { example: problem } } },
          default: { description: "Failed.", content: { "text/html": { example: "<p>" } } },
        },
      },
    },
  },
};

async function startLibrary() {
  const file = join(temporaryFolder(), "openapi.json");
  writeFileSync(file, JSON.stringify(DOCUMENT));
  const server = await startStub({ document: pathToFileURL(file) });
  onTestFinished(() => server.close());
  const call = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(server.url + path, { headers: { ...basicHeader(server), ...headers } });
    const type = response.headers.get("Content-Type")?.split(";")[0];
    return { status: response.status, type, headers: response.headers, text: await response.text() };
  };
  return { server, call };
}

test.for<[prefer: string, accept: string, status: number, type: string | undefined, text: unknown]>([
  ["code=200", "*/*", 200, "application/json", '{"width":9}'],
  ["code=200", "text/plain", 200, "text/plain", "9"],
  ["example=small", "text/plain", 200, "text/plain", "9"],
  ["example=large", "*/*", 200, "application/json", "[90]"],
  ["example=tiny", "*/*", 200, "text/plain", "1"],
  ["code=204", "*/*", 204, undefined, ""],
  ["code=404", "*/*", 404, "application/problem+json", expect.stringMatching(/No such book.*"instance":/)],
  ["code=418, example=example", "*/*", 418, "application/problem+json", expect.stringContaining("No such book")],
  ["code=503", "*/*", 503, "text/html", "<p>"],
  ["example=example", "*/*", 400, "application/problem+json", expect.stringContaining("No such book")],
])("Prefer: %s with Accept: %s gives the example of the operation", async ([prefer, accept, status, type, text]) => {
  const { call } = await startLibrary();
  const response = await call("/cover", { Prefer: prefer, Accept: accept });
  expect(response).toMatchObject({ status, type, text });
  expect(response.headers.get("Preference-Applied")).toBe(prefer);
  expect(response.headers.get("X-Reason")).toBe(status === 204 ? "lost" : null);
  expect(response.headers.get("ETag")).toBe(status === 200 ? '"1"' : null);
});

test.for([
  ["/books/b-1", "code=302", "the contract has examples for the codes 200"],
  ["/cover", "code=4XX", "the contract has examples for the codes 200, 204, 4XX, default"],
  ["/cover", "code=100", "the contract has examples for the codes 200, 204, 4XX, default"],
  ["/cover", "example=no", "the contract has the examples small, large, tiny, example, example"],
  ["/cover", "code=204, example=no", "the contract has no examples for the code 204"],
] as const)("on %s, Prefer: %s is rejected with what the operation has", async ([path, prefer, detail]) => {
  const { call } = await startLibrary();
  const { status, text } = await call(path, { Prefer: prefer });
  expect([status, JSON.parse(text).errors]).toEqual([400, [{ in: "header", name: "Prefer", detail }]]);
});

test("a fault can be limited to an operation", async () => {
  const { server, call } = await startLibrary();
  server.faults.replace([{ match: { operationId: "readBook" }, fault: { kind: "status", status: 503 } }]);
  const statuses = [await call("/cover"), await call("/books/b-1"), await call("/books?limit=5")];
  expect(statuses.map(({ status }) => status)).toEqual([200, 503, 200]);
});

const IDS = readOperations(DOCUMENT)
  .map(({ id }) => id)
  .join(", ");
const detail = `must be an operation of the contract: ${IDS}`;
const fault = { kind: "reset" } as const;

test("a fault for an unknown operation is rejected with the known ones, and the rules stay", async () => {
  const { server } = await startLibrary();
  server.faults.replace([{ fault }]);
  const rules = [{ fault }, { match: { operationId: "readBooks" }, fault }];
  expect(() => server.faults.replace(rules)).toThrow(`operationId ${detail}`);
  const rejected = problemOf(control(server, "/faults", { method: "PUT", body: { rules } }), 400, "invalid-request");
  expect((await rejected).errors).toEqual([{ pointer: "/rules/1/match/operationId", detail }]);
  expect(server.faults.list()).toMatchObject([{ rule: { fault } }]);
});

test("the journal is listed and verified by operation, and a list of an unknown one is rejected", async () => {
  const { server, call } = await startLibrary();
  for (const path of ["/cover", "/books/b-1", "/books/x", "/nowhere"]) await call(path);
  await expect.poll(() => server.journal.list().requests.map(({ operationId }) => operationId)).toHaveLength(4);
  const listed = await bodyOf(control(server, "/requests?operationId=readBook"), Journal);
  expect(listed.requests.map(({ path }) => path)).toEqual(["/books/x", "/books/b-1"]);
  expect(server.journal.list({ operationId: "cover" }).requests).toMatchObject([{ path: "/cover" }]);
  const count = { exactly: 2 };
  expect(server.journal.verify({ match: { operationId: "readBook" }, count })).toMatchObject({ passed: true });

  expect(() => server.journal.list({ operationId: "no" })).toThrow(detail);
  const rejected = problemOf(control(server, "/requests?operationId=no"), 400, "invalid-request");
  expect((await rejected).errors).toEqual([{ in: "query", name: "operationId", detail }]);
});

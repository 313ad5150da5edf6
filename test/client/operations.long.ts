import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { copyProject } from "../scripts/generate/project-copy.ts";

/** Operations as a team would add them; `SECURED` is in each of them. */
const SECURED = { security: [{ Basic: [] }], "x-required-permissions": ["user.write"] };
const BOOK = {
  type: "object",
  required: ["id", "title"],
  properties: { id: { type: "string" }, title: { type: "string" } },
};
const content = (schema: object, example: unknown) => ({ content: { "application/json": { schema, example } } });
const book = (description: string) => ({
  description,
  ...content({ $ref: "#/components/schemas/Book" }, { id: "b-1", title: "Dune" }),
});
const missing = {
  description: "No book has this id.",
  content: {
    "application/problem+json": {
      schema: { $ref: "#/components/schemas/Missing" },
      example: { title: "No such book", bookId: "b-9" },
    },
  },
};
const BOOK_ID = { name: "book-id", in: "path", required: true, schema: { type: "string", pattern: "^b-" } };
const body = { content: { "application/json": { schema: { $ref: "#/components/schemas/Book" } } } };
const PATHS = {
  "/books": {
    get: {
      ...SECURED,
      operationId: "listBooks",
      parameters: [
        { name: "limit", in: "query", required: true, schema: { type: "integer" } },
        { name: "tags", in: "query", schema: { type: "array", items: { type: "string" } } },
        { name: "ids", in: "query", explode: false, schema: { type: "array", items: { type: "integer" } } },
        { name: "X-Trace", in: "header", schema: { type: "integer" } },
      ],
      responses: {
        200: {
          description: "The books.",
          ...content({ type: "array", items: { $ref: "#/components/schemas/Book" } }, [{ id: "b-1", title: "Dune" }]),
        },
      },
    },
    post: {
      ...SECURED,
      operationId: "CreateBook",
      requestBody: { required: true, ...body },
      responses: { 201: book("Created.") },
    },
  },
  "/books/{book-id}": {
    get: {
      ...SECURED,
      operationId: "readBook",
      parameters: [BOOK_ID],
      responses: { 200: book("The book."), 404: missing },
    },
    put: {
      ...SECURED,
      operationId: "updateBook",
      parameters: [BOOK_ID],
      requestBody: { required: false, ...body },
      responses: { 204: { description: "Updated." } },
    },
    delete: {
      ...SECURED,
      operationId: "deleteBook",
      parameters: [BOOK_ID],
      responses: { 204: { description: "Deleted." } },
    },
  },
};

/** Calls the operations that the contract has in addition, and marks lines that must not compile. */
const PROBE = `
import { createNexusClient } from "./client/nexus-client.ts";
import { hasStatus } from "./client/nexus-error.ts";
import type { Book, Missing, ProblemDetails } from "./generated/types.ts";
import { createContractFetch } from "./client/testing/contract-fetch.ts";
import { requestSchemas, responseSchemas, type StandardSchemaV1 } from "./client/validate.ts";
import { startStub } from "./server/stub/start-stub.ts";

const server = await startStub({ controlPort: "none" });
const { id: username, secret: password } = server.demo?.apiKey ?? { id: "", secret: "" };
const client = createNexusClient({ baseUrl: server.url, credentials: { type: "basic", username, password } });

const books: Book[] = await client.listBooks({ query: { limit: 5, tags: ["ab"], ids: [1, 2] }, headers: { "X-Trace": 7 } });
const created: Book = await client.createBook({ id: "b-3", title: "Ulysses" });
const { title }: Book = await client.readBook("b-1", { timeoutMs: 4_000 });
const updated: undefined = await client.updateBook("b-1", { id: "b-1", title: "Emma" });
const deleted = await client.safeDeleteBook("b-1");
if (deleted.ok) deleted.data satisfies undefined;
const invalid = await client.safeReadBook("x-1");
if (!invalid.ok && hasStatus(invalid.error, 404)) {
  // A 404 of the sync, or of a book.
  const problem: ProblemDetails | Missing = invalid.error.problem;
  console.log(problem);
}
const responding = createContractFetch({
  respond: (request) => {
    if (request.operation === "readBook") {
      const { "book-id": id } = request.path;
      return id === "b-7" ? { status: 200, body: { id, title: "Solaris" } } : { status: 404, body: { bookId: id } };
    }
    return request.operation === "deleteBook" ? { status: 204 } : undefined;
  },
});
const offline = createNexusClient({
  baseUrl: "https://nexus.test",
  credentials: { type: "basic", username, password },
  fetch: responding,
});
const solaris = await offline.readBook("b-7");
const other = await offline.safeReadBook("b-8");
await offline.deleteBook("b-1");
console.log(books.length, created.title, title, updated, deleted.ok, invalid.ok || invalid.error.status);
console.log(solaris.title, other.ok || JSON.stringify(other.error.problem), (await offline.listBooks({ query: { limit: 5 } })).length);
await server.close();

export const schemas: StandardSchemaV1<Book>[] = [requestSchemas.createBook, responseSchemas.readBook];

export const fetches = [
  createContractFetch({ answer: "notAuthenticated" }),
  createContractFetch({ answer: { status: 404, example: "unknownUser" } }),
  createContractFetch({ answer: { status: 204 } }),
];

export const misused = [
  // @ts-expect-error The example belongs to another status.
  () => createContractFetch({ answer: { status: 404, example: "synced" } }),
  // @ts-expect-error The operation has no body.
  () => requestSchemas.readBook,
  // @ts-expect-error The contract requires the query parameter.
  () => client.listBooks(),
  // @ts-expect-error The contract requires a number.
  () => client.listBooks({ query: { limit: "5" } }),
  // @ts-expect-error The contract has no such query parameter.
  () => client.listBooks({ query: { limit: 5, more: 1 } }),
  // @ts-expect-error The operation has a path parameter.
  () => client.readBook(),
  // @ts-expect-error The operation has no body.
  () => client.readBook("b-1", { title: "Emma" }),
  // @ts-expect-error The operation has no query parameters.
  () => client.deleteBook("b-1", { query: {} }),
  // @ts-expect-error A book has a title.
  () => client.createBook({ id: "b-3" }),
  // @ts-expect-error The contract declares no 502, so that its problem may be undefined.
  (error: unknown) => hasStatus(error, 502) && error.problem.title,
];
`;

test("operations added to the contract are typed methods of the client, and nothing else is edited", {
  timeout: 120_000,
}, async () => {
  const project = copyProject();
  const contract = parse(project.read("openapi.yaml"));
  Object.assign(contract.paths, PATHS);
  const properties = { title: { type: "string" }, bookId: { type: "string" } };
  Object.assign(contract.components.schemas, { Book: BOOK, Missing: { type: "object", properties } });
  project.write("openapi.yaml", stringify(contract));
  const { code, output } = await project.generate();
  expect([code, output]).toEqual([0, expect.any(String)]);
  project.write("probe.ts", PROBE);

  expect(project.runScript("probe.ts").output).toBe('1 Dune Dune undefined true 400\nSolaris {"bookId":"b-8"} 1\n');

  // The handlers are missing, and nothing else.
  const errors = project.typeCheck().output.split("\n");
  expect(errors.filter((line) => /^\S+\(\d/.test(line) && !line.startsWith("server/handlers/"))).toEqual([]);
});

import { expect, test } from "vitest";
import { createMethods } from "../../client/methods.ts";
import { createCall, type NexusClientOptions } from "../../client/nexus-client.ts";
import { contractOf } from "../../client/testing/contract.ts";
import { createFetch } from "../../client/testing/contract-fetch.ts";
import type { Route } from "../../generated/operations.ts";
import { routesOf } from "../../scripts/generate/client/methods.ts";
import { basicOf } from "../helpers/stub.ts";
import { JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";
import { LIBRARY, startLibrary } from "./library.ts";

const ROUTES: Readonly<Record<string, Route>> = routesOf(LIBRARY);

interface Result {
  ok: boolean;
  data?: unknown;
  error?: unknown;
  meta?: unknown;
}

/** The safe methods of a client for these routes. */
function clientFor(baseUrl: string, options: Partial<NexusClientOptions> = {}, routes = ROUTES) {
  const credentials = { type: "basic", username: "key", password: "secret" } as const;
  const methods = createMethods(createCall({ baseUrl, credentials, retry: { baseMs: 1 }, ...options }, routes), routes);
  return async (name: string, ...args: unknown[]): Promise<Result> => (await methods[name]?.(...args)) as Result;
}

async function libraryClient() {
  const server = await startLibrary();
  return clientFor(server.url, { credentials: basicOf(server) });
}

const DUNE = { id: "b-1", title: "Dune" };
const ULYSSES = { id: "b-3", title: "Ulysses" };
const QUERY = { limit: 5, "page[size]": 3, tags: ["ab", "c,d"], ids: [1, 2], order: "title" };

test("each operation has two methods, named by the camelCase form of its id", () => {
  const credentials = { type: "basic", username: "key", password: "secret" } as const;
  const methods = createMethods(createCall({ baseUrl: NOWHERE, credentials }, ROUTES), ROUTES);
  const names = ["listBooks", "createBook", "latestBook", "readBook", "updateBook", "deleteBook"];
  const safe = ["ListBooks", "CreateBook", "LatestBook", "ReadBook", "UpdateBook", "DeleteBook"];
  expect(Object.keys(methods).toSorted()).toEqual([...names, ...safe.map((name) => `safe${name}`)].toSorted());
});

test.for<[name: string, args: unknown[], data: unknown, status: number]>([
  ["safeListBooks", [{ query: { limit: 5 } }], [DUNE, { id: "b-2", title: "Emma" }], 200],
  [
    "safeListBooks",
    [{ query: QUERY, headers: { "X-Trace": 7, "X-Fields": ["title", "year"] } }],
    expect.any(Array),
    200,
  ],
  ["safeListBooks", [{ query: { limit: 5, tags: [], ids: [], order: undefined } }], expect.any(Array), 200],
  ["safeCreateBook", [ULYSSES], ULYSSES, 201],
  ["safeReadBook", ["b-1"], DUNE, 200],
  ["safeUpdateBook", ["b-1", { title: "Emma" }], undefined, 204],
  ["safeUpdateBook", ["b-1", undefined, { timeoutMs: 4_000 }], undefined, 204],
  ["safeUpdateBook", ["b-1"], undefined, 204],
  ["safeDeleteBook", ["b-1"], undefined, 204],
])(
  "%s with %j returns the data of its response, from the stub and from the contract fetch",
  async ([name, args, data, status]) => {
    const fetch = createFetch(contractOf(LIBRARY), {});
    for (const call of [await libraryClient(), clientFor(NOWHERE, { fetch })]) {
      expect(await call(name, ...args)).toMatchObject({ ok: true, data, meta: { status, attempts: 1 } });
    }
  },
);

test("a method returns the data, or throws the error with the operation's name", async () => {
  const call = await libraryClient();
  expect(await call("readBook", "b-1")).toEqual(DUNE);
  const error = {
    kind: "http",
    status: 400,
    message: expect.stringMatching(/^GET http:\S+\/books\/\{book-id\} returned 400: /),
  };
  await expect(call("readBook", "x-1")).rejects.toMatchObject(error);
  await expect(call("latestBook")).rejects.toMatchObject({ kind: "redirect", status: 302 });
});

test("a result has the status and the headers of its response, and so has an error", async () => {
  const fetch = createFetch(contractOf(LIBRARY), {});
  for (const call of [await libraryClient(), clientFor(NOWHERE, { fetch })]) {
    const created = (await call("safeCreateBook", ULYSSES)) as Result & { status: number; headers: Headers };
    expect([created.status, created.headers.get("location")]).toEqual([201, "/books/b-3"]);
    const { error } = (await call("safeLatestBook")) as { error: { headers: Headers } };
    expect([error.headers.get("Location"), Object.keys(error)]).toEqual([
      "/books/b-3",
      expect.not.arrayContaining(["headers"]),
    ]);
  }
});

test("names and values of the query are encoded, and arrays are sent in their style", async () => {
  const { url, seen } = await startFaultServer(respond(200, JSON_TYPE, "[]"));
  await clientFor(url)("listBooks", { query: { ...QUERY, "a&b=": "c d&#", ids: ["1,5", 2] } });
  const query = "limit=5&page%5Bsize%5D=3&tags=ab&tags=c%2Cd&ids=1%2C5,2&order=title&a%26b%3D=c%20d%26%23";
  expect(seen[0]?.url).toBe(`/books?${query}`);
});

test("headers of a call replace those of the client, but not the client's own", async () => {
  const { url, seen } = await startFaultServer(respond(200, JSON_TYPE, "[]"));
  const call = clientFor(url, { headers: { "X-Trace": "1", "X-Tenant": "acme" } });
  await call("listBooks", { headers: { "X-Trace": 7 } });
  expect(seen[0]?.headers).toMatchObject({ "x-trace": "7", "x-tenant": "acme", accept: "application/json" });
  for (const headers of [{ Authorization: "x" }, { accept: "text/html" }, { "X-Trace": "s3cret\nX-B: 1" }]) {
    expect(await call("safeListBooks", { headers })).toMatchObject({ ok: false, error: { kind: "config" } });
  }
  expect(seen).toHaveLength(1);
});

test.for(["", ".", "..", "\ud800", undefined, null, 7, true, ["b-1"], { id: 1 }])(
  "the path parameter %j is a config error, and nothing is sent",
  async (id) => {
    const { url, seen } = await startFaultServer(respond());
    const message = expect.stringMatching(/^book-id must /);
    expect(await clientFor(url)("safeReadBook", id)).toMatchObject({ ok: false, error: { kind: "config", message } });
    expect(seen).toEqual([]);
  },
);

test.for([
  ["a/b?c#d", "/books/a%2Fb%3Fc%23d"],
  [7, "/books/7", { type: "integer" }],
  [0, "/books/0", { type: ["string", "integer"] }],
] as const)("the path parameter %j is one encoded segment", async ([id, path, schema = { type: "string" }]) => {
  const { url, seen } = await startFaultServer(respond());
  const parameters = [{ name: "book-id", in: "path", required: true, schema }];
  const document = { ...LIBRARY, paths: { "/books/{book-id}": { ...LIBRARY.paths["/books/{book-id}"], parameters } } };
  await clientFor(url, {}, routesOf(document))("readBook", id);
  expect(seen.map((request) => request.url)).toEqual([path]);
});

test.for([
  ["safeReadBook", 3],
  ["safeDeleteBook", 3],
  ["safeUpdateBook", 1],
  ["safeCreateBook", 1],
  ["safeSearchBooks", 3],
] as const)("%s is sent %i times if the server is unavailable", async ([name, times]) => {
  const { url, seen } = await startFaultServer(respond(503));
  const search = { operationId: "searchBooks", "x-idempotent": true, responses: LIBRARY.paths["/books"].get.responses };
  const document = { ...LIBRARY, paths: { ...LIBRARY.paths, "/books/$search": { post: search } } };
  const result = await clientFor(url, {}, routesOf(document))(name, ...(name === "safeSearchBooks" ? [] : ["b-1"]));
  expect(result).toMatchObject({ ok: false, error: { kind: "http", status: 503 } });
  expect(seen).toHaveLength(times);
});

const BYTES = new Uint8Array([0xff, 0xd8]);

test.for<[content: object | undefined, type: string, body: string | Uint8Array, expected: object]>([
  [{ "text/csv": {} }, "text/csv; charset=utf-8", "a,b", { ok: true, data: "a,b" }],
  [{ "text/csv": {} }, "text/csv", "", { ok: true, data: "" }],
  [{ "text/csv": {} }, "text/html", "<p>", { ok: false, error: { kind: "decode" } }],
  [{ "image/*": {} }, "image/jpeg", BYTES, { ok: true, data: BYTES }],
  [{ "image/*": {} }, "text/plain", "x", { ok: false, error: { kind: "decode" } }],
  [{ "application/json": { schema: { type: "string" } } }, "application/json", '"x"', { ok: true, data: "x" }],
  [{ "application/json": {} }, "application/json", "null", { ok: true, data: null }],
  [{ "application/json": {} }, "application/json", "{", { ok: false, error: { kind: "decode" } }],
  [{ "application/json": { schema: { type: "object" } } }, "application/json", "[]", { ok: false }],
  [undefined, "application/json", "{}", { ok: false, error: { kind: "decode" } }],
])("for a response of %j, a body of %s '%s' gives %j", async ([content, type, body, expected]) => {
  const { url } = await startFaultServer((_, response) => response.writeHead(200, { "Content-Type": type }).end(body));
  const responses = { 200: { description: "Found.", ...(content && { content }) } };
  const document = { ...LIBRARY, paths: { "/cover": { get: { operationId: "cover", responses } } } };
  expect(await clientFor(url, {}, routesOf(document))("safeCover")).toMatchObject(expected);
});

test("a response schema can be given by method", async () => {
  const { url } = await startFaultServer(respond());
  const rejects = { issues: [{ path: ["title"] }] };
  const schema = { "~standard": { version: 1, vendor: "test", validate: () => rejects } } as const;
  const call = clientFor(url, { responseSchema: { readBook: schema } as object });
  expect(await call("safeReadBook", "b-1")).toMatchObject({ ok: false, error: { kind: "validation" } });
  expect(await clientFor(url, { responseSchema: {} })("safeReadBook", "b-1")).toMatchObject({ ok: true });
});

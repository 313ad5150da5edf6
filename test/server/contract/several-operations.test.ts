import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { send } from "../../../server/http/respond.ts";
import { startServer } from "../../../server/start.ts";
import { type RunningStub, startStub } from "../../../server/stub/start-stub.ts";
import { ACCESS, basic } from "../../helpers/access.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const LIBRARY = new URL("../../fixtures/library.yaml", import.meta.url);

/** The library's contract as a bundled document, changed by `edit`. */
function libraryDocument(edit: (yaml: string) => string = (yaml) => yaml): URL {
  const file = join(temporaryFolder(), "openapi.json");
  writeFileSync(file, JSON.stringify(parse(edit(readFileSync(LIBRARY, "utf8")))));
  return pathToFileURL(file);
}

async function startLibrary(): Promise<RunningStub> {
  const server = await startStub({ document: libraryDocument(), controlPort: "none" });
  onTestFinished(() => server.close());
  return server;
}

interface Sent {
  headers?: Record<string, string>;
  body?: unknown;
}

async function call({ url, demo }: RunningStub, request: string, { headers = {}, body }: Sent = {}) {
  const [method = "", path = ""] = request.split(" ");
  const authorization = `Basic ${btoa(`${demo?.apiKey.id}:${demo?.apiKey.secret}`)}`;
  const response = await fetch(url + path, {
    ...{ method, redirect: "manual" },
    headers: { authorization, ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get("Content-Type");
  const isJson = text !== "" && type !== null && /json/.test(type);
  return { status: response.status, headers: response.headers, type, body: isJson ? JSON.parse(text) : text };
}

const DUNE = { id: "b-1", title: "Dune" };
const ULYSSES = { id: "b-3", title: "Ulysses" };
const V2 = { "Content-Type": "application/vnd.book.v2+json" };
const VALID_QUERY = "?limit=5&page%5Bsize%5D=3&tags=ab&tags=cd&ids=1,2&order=title";

test.for<[request: string, sent: Sent, status: number, body: unknown, headers?: Record<string, string>]>([
  ["GET /books?limit=5", {}, 200, [DUNE, { id: "b-2", title: "Emma" }], { Link: "</books?page=2>; rel=next" }],
  [`GET /books${VALID_QUERY}`, { headers: { "X-Trace": "7", "X-Fields": "title, year" } }, 200, expect.any(Array)],
  ["GET /books?limit=5", { headers: { Accept: "text/plain" } }, 200, "Dune\nEmma"],
  ["HEAD /books?limit=5", {}, 200, ""],
  ["POST /books", { body: ULYSSES }, 201, ULYSSES, { Location: "/books/b-3" }],
  ["POST /books", { body: { name: "n" }, headers: V2 }, 201, ULYSSES],
  ["GET /books/latest", {}, 302, "", { Location: "/books/b-3" }],
  ["GET /books/b-1", {}, 200, DUNE],
  ["GET /books/b-1", { headers: { Prefer: "code=200" } }, 200, DUNE],
  ["PATCH /books/b-1", {}, 204, ""],
  ["PATCH /books/b-1", { body: { title: "x" } }, 204, ""],
  ["DELETE /books/b-1", {}, 204, ""],
])(
  "without a handler, %s responds with the contract's example",
  async ([request, sent, status, body, headers = {}]) => {
    const response = await call(await startLibrary(), request, sent);
    expect(response).toMatchObject({ status, body });
    for (const [name, value] of Object.entries(headers)) expect(response.headers.get(name)).toBe(value);
  },
);

const query = (name: string, detail: string) => ({ in: "query", name, detail });

test.for<[request: string, sent: Sent, errors: unknown]>([
  ["GET /books", {}, [query("limit", "must be present")]],
  ["GET /books?limit=5&more=1", {}, [query("more", "must NOT be sent: the operation has no such parameter")]],
  ["GET /books?limit=500", {}, [query("limit", "must be <= 100")]],
  [
    "GET /books?more=1&tags=a&a%2Fb&more=2&=3",
    {},
    [
      ...["more", "a/b", ""].map((name) => query(name, "must NOT be sent: the operation has no such parameter")),
      query("limit", "must be present"),
      query("tags", "must NOT have fewer than 2 characters"),
    ],
  ],
  [
    "POST /books?more=1",
    { body: { title: 5 } },
    [
      query("more", "must NOT be sent: the operation has no such parameter"),
      { pointer: "/id", detail: "must be present" },
      { pointer: "/title", detail: "must be string" },
    ],
  ],
  ["GET /books?limit=5&page[size]=x", {}, [query("page[size]", "must be integer")]],
  ["GET /books?limit=5&tags=a", {}, [query("tags", "must NOT have fewer than 2 characters")]],
  ["GET /books?limit=5&ids=1,z", {}, [query("ids", "must be integer")]],
  ["GET /books?limit=5&order=no", {}, [query("order", "must be equal to one of the allowed values: title, year")]],
  [
    "GET /books?limit=5",
    { headers: { "X-Trace": "x" } },
    [{ in: "header", name: "x-trace", detail: "must be integer" }],
  ],
  ["GET /books?limit=5", { headers: { "X-Fields": "title,no" } }, [expect.objectContaining({ in: "header" })]],
  ["POST /books", {}, [{ pointer: "", detail: "must be present" }]],
  ["POST /books", { body: { id: "b", title: "" } }, [expect.objectContaining({ pointer: "/title" })]],
  ["POST /books", { body: ULYSSES, headers: V2 }, [{ pointer: "/name", detail: "must be present" }]],
  ["GET /books/x-1", {}, [{ in: "path", name: "book-id", detail: 'must match pattern "^b-"' }]],
  ["PATCH /books/b-1", { body: { title: "" } }, [expect.objectContaining({ pointer: "/title" })]],
])("%s with an invalid request is a 400 at the violation", async ([request, sent, errors]) => {
  expect(await call(await startLibrary(), request, sent)).toMatchObject({ status: 400, body: { errors } });
});

test.for(["0x10", "%201", "1%20", "%20", "Infinity", "1e999", "%2B5", "05", "5.", ".5", "0b1"])(
  "%s is no number in a path, a query and a header",
  async (text) => {
    const edit = (yaml: string) => yaml.replace('{ type: string, pattern: "^b-" }', "{ type: number }");
    const server = await startStub({ document: libraryDocument(edit), controlPort: "none" });
    onTestFinished(() => server.close());
    const sent: [request: string, headers: Record<string, string>, error: object][] = [
      [`GET /books?limit=${text}`, {}, query("limit", "must be integer")],
      [`GET /books?limit=5&ids=1,${text}`, {}, query("ids", "must be integer")],
      [`GET /books/${text}`, {}, { in: "path", name: "book-id", detail: "must be number" }],
    ];
    // A header has no spaces around it.
    if (!text.includes("%20")) {
      const error = { in: "header", name: "x-trace", detail: "must be integer" };
      sent.push(["GET /books?limit=5", { "X-Trace": decodeURIComponent(text) }, error]);
    }
    for (const [request, headers, error] of sent) {
      expect(await call(server, request, { headers })).toMatchObject({ status: 400, body: { errors: [error] } });
    }
    const headers = { "X-Trace": "-1e1" };
    expect((await call(server, "GET /books?limit=1e1&ids=0,1.0,-7", { headers })).status).toBe(200);
    expect((await call(server, "GET /books/-1.5E+1")).status).toBe(200);
  },
);

test("a response lists at most a thousand unknown query parameters", async () => {
  const names = Array.from({ length: 1_500 }, (_, index) => `q${index}`);
  const { body } = await call(await startLibrary(), `GET /books?limit=5&${names.join("&")}`);
  expect([body.errors.length, body.detail]).toEqual([1_000, "1500 violations found. The first 1000 are listed."]);
});

test("a handler gets typed parameters, and its response must match the contract", async () => {
  const requests: unknown[] = [];
  const responses = [
    { status: 200, headers: { Link: "<>" }, body: [DUNE] },
    { status: 200, body: [DUNE] },
    { status: 200, headers: { Link: "<>" }, body: [{ id: 5 }] },
    { status: 299, body: [] },
    { status: 200, headers: { Link: "<>" }, mediaType: "text/plain", body: "Dune" },
  ];
  const document = libraryDocument((yaml) => yaml.replace("[books.read]", "[user.write]"));
  const server = await startServer({ document, access: ACCESS }, async ({ store }) => ({
    ...{ first: [], beforeHandler: [], corsOrigins: [], send },
    handlerFor: () => async (request: unknown) => {
      requests.push(request);
      return responses[requests.length - 1] ?? { status: 500 };
    },
    ready: () => store.ready(),
    close: () => store.close(),
  }));
  onTestFinished(() => server.close());
  const headers = { Authorization: basic(), "X-Trace": "7", "X-Fields": "title, year" };
  const statuses: number[] = [];
  for (const _ of responses) statuses.push((await fetch(`${server.url}/books${VALID_QUERY}`, { headers })).status);
  expect(requests[0]).toEqual({
    path: {},
    query: { limit: 5, "page[size]": 3, tags: ["ab", "cd"], ids: [1, 2], order: "title" },
    headers: { "X-Trace": 7, "X-Fields": ["title", "year"] },
    body: undefined,
  });
  expect(statuses).toEqual([200, 500, 500, 500, 200]);
});

test("an operation that requires a permission is never open to requests without credentials", async () => {
  for (const security of ["security: []", "security: [{}, { Basic: [] }]", "security: [{ Basic: [] }, {}]"]) {
    const permission = "x-required-permissions: [books.read]";
    const document = libraryDocument((yaml) => yaml.replace(permission, `${permission}\n      ${security}`));
    const server = await startStub({ document, controlPort: "none" });
    onTestFinished(() => server.close());
    expect((await fetch(`${server.url}/books?limit=5`)).status).toBe(401);
    const isOpen = security === "security: []";
    expect((await call(server, "GET /books?limit=5")).status).toBe(isOpen ? 401 : 200);
  }
});

test("valid credentials count where they are optional", async () => {
  const callers: unknown[] = [];
  const edit = (yaml: string) => yaml.replace("x-required-permissions: [books.read]", "security: [{}, { Basic: [] }]");
  const server = await startServer({ document: libraryDocument(edit), access: ACCESS }, async ({ store }) => ({
    ...{ first: [], beforeHandler: [], corsOrigins: [], send },
    handlerFor:
      () =>
      async (_request: unknown, { caller }) => {
        callers.push(caller.id);
        return { status: 200, headers: { Link: "<>" }, body: [] };
      },
    ready: () => store.ready(),
    close: () => store.close(),
  }));
  onTestFinished(() => server.close());
  for (const headers of [{}, { Authorization: basic() }]) await fetch(`${server.url}/books?limit=5`, { headers });
  expect(callers).toEqual(["", expect.stringMatching(/./)]);
});

test("a path in servers changes neither the paths nor the validation", async () => {
  const document = libraryDocument((yaml) => `${yaml}\nservers: [{ url: https://library.example/v2 }]\n`);
  const server = await startStub({ document, controlPort: "none" });
  onTestFinished(() => server.close());
  expect(await call(server, "POST /books", { body: { id: 5 } })).toMatchObject({ status: 400 });
  expect(await call(server, "POST /books", { body: ULYSSES })).toMatchObject({ status: 201 });
});

test("pages of the configured origin may send and read what the contract declares", async () => {
  const origin = "https://portal.example";
  const server = await startStub({ document: libraryDocument(), controlPort: "none", corsOrigin: origin });
  onTestFinished(() => server.close());
  const { headers } = await call(server, "GET /books?limit=5", { headers: { origin } });
  expect(headers.get("Access-Control-Expose-Headers")).toMatch(/, link, location$/);
  for (const method of ["GET", "HEAD", "POST", "PATCH", "DELETE"]) {
    const preflight = await call(server, "OPTIONS /books", {
      headers: { origin, "Access-Control-Request-Method": method },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("Access-Control-Allow-Methods")).toBe("GET, HEAD, POST, DELETE, PATCH");
    expect(preflight.headers.get("Access-Control-Allow-Headers")).toMatch(/, x-trace, x-fields$/);
  }
});

test("the start lists the operations without a handler, and a service does not start without them", async () => {
  const server = await startLibrary();
  expect([...server.withoutHandler]).toContain("create-book");
  await expect(startServer({ document: libraryDocument(), access: ACCESS })).rejects.toThrow(
    /^There is no handler for listBooks, create-book, .*: add it to server\/handlers\/handlers\.ts/,
  );
});

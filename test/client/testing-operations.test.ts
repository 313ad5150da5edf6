import { expect, test } from "vitest";
import { contractOf } from "../../client/testing/contract.ts";
import { createFetch, failTimes } from "../../client/testing/contract-fetch.ts";
import { basicHeader } from "../helpers/stub.ts";
import { NOWHERE } from "./fault-server.ts";
import { LIBRARY, PARCELS, startLibrary } from "./library.ts";

const CONTRACT = contractOf(LIBRARY);
const BASIC = { Authorization: "Basic a2V5OnM=" };
const JSON_BODY = { "Content-Type": "application/json" };

interface Sent {
  headers?: Record<string, string>;
  body?: unknown;
}

async function summaryOf(response: Response) {
  const { errors = [] } = (await response.json().catch(() => ({}))) as { errors?: Record<string, string>[] };
  const violations = errors.map((error) => `${error.in ?? "body"} ${error.name ?? error.pointer}: ${error.detail}`);
  const names = ["Allow", "Location", "Link"];
  return { status: response.status, violations, headers: names.map((name) => response.headers.get(name)) };
}

test.for<[request: string, sent: Sent, status: number]>([
  ["GET /books?limit=5", {}, 200],
  ["GET /books", {}, 400],
  ["GET /books?limit=5&more=1", {}, 400],
  ["GET /books?more=1&most&more=2", {}, 400],
  ["GET /books?limit=5", { headers: { Authorization: "Basic" } }, 401],
  ["DELETE /books", {}, 405],
  ["POST /books", { body: { id: "b-3", title: "Ulysses" }, headers: JSON_BODY }, 201],
  ["POST /books", { headers: JSON_BODY }, 400],
  ["POST /books", { body: "{}", headers: { "Content-Type": "text/plain" } }, 415],
  ["GET /books/latest", { headers: { Authorization: "" } }, 302],
  ["GET /books/b-1", {}, 200],
  ["GET /books/b%00", {}, 400],
  ["PATCH /books/b-1", {}, 204],
  ["DELETE /books/b-1", {}, 204],
  ["GET /magazines", {}, 404],
])("the contract fetch responds like the stub to %s with %j", async ([request, { headers = {}, body }, status]) => {
  const server = await startLibrary();
  const [method = "", path = ""] = request.split(" ");
  const init = (credentials: object): RequestInit => ({
    ...{ method, redirect: "manual" },
    headers: { ...credentials, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const real = await summaryOf(await fetch(server.url + path, init(basicHeader(server))));
  expect(real.status).toBe(status);
  expect(await summaryOf(await createFetch(CONTRACT, {})(NOWHERE + path, init(BASIC)))).toEqual(real);
});

test("calls are recorded with their operation, path parameters and query", async () => {
  const contractFetch = createFetch(CONTRACT, { failures: [failTimes(1, { status: 404 })] });
  const failed = await contractFetch(`${NOWHERE}/base/books/b%2F1?a=1&a=2`, { headers: BASIC });
  expect([failed.status, failed.headers.get("Content-Type")]).toEqual([404, "application/problem+json"]);
  await contractFetch(`${NOWHERE}/magazines`);
  expect(contractFetch.calls).toMatchObject([
    {
      method: "GET",
      operation: "readBook",
      path: { "book-id": "b/1" },
      query: [
        ["a", "1"],
        ["a", "2"],
      ],
    },
    { method: "GET", operation: undefined, path: {}, query: [] },
  ]);
});

const BOTH = {
  "text/csv": { schema: { type: "string" }, example: "id,title" },
  "application/json": { schema: { type: "array" }, example: [] },
};

test.for([
  ["application/json", "application/json"],
  ["text/csv", "text/csv"],
  ["text/*;q=0.2, application/json;q=0.1", "text/csv"],
  ["*/*;q=0.2, application/json", "application/json"],
  ["text/csv;q=0, */*", "application/json"],
  ["text/html", "application/problem+json"],
] as const)("with Accept: %s, the contract fetch responds like the stub, in %s", async ([accept, type]) => {
  const contract = structuredClone(PARCELS);
  const operation = contract.paths["/parcels"].get;
  contract.paths = { "/parcels": { get: operation } };
  operation.responses = { 200: { description: "Parcels.", content: BOTH } };
  const server = await startLibrary(contract);
  const typeOf = async (response: Promise<Response>) => (await response).headers.get("Content-Type")?.split(";")[0];
  const init = (key = "") => ({ headers: { Accept: accept, "X-Api-Key": key } });
  expect(await typeOf(fetch(`${server.url}/parcels`, init(server.demo?.applicationToken)))).toBe(type);
  const contractFetch = createFetch(contractOf(contract), {});
  expect(await typeOf(contractFetch(`${NOWHERE}/parcels`, init("k")))).toBe(type);
});

test("a selected response is that of the operations that declare it", async () => {
  const contractFetch = createFetch(CONTRACT, { answer: { status: 204 as 200 } });
  const statusOf = async (method: string) =>
    (await contractFetch(`${NOWHERE}/books/b-1`, { method, headers: BASIC })).status;
  expect([await statusOf("DELETE"), await statusOf("GET")]).toEqual([204, 200]);
});

test.for([
  ["GET /parcels", 422, undefined],
  ["GET /parcels", 503, undefined],
  ["POST /parcels", 429, "1"],
] as const)(
  "%s responds with %i if it is selected, from its own response, its range or the default",
  async ([request, status, after]) => {
    const [method = "", path = ""] = request.split(" ");
    const contractFetch = createFetch(contractOf(PARCELS), { answer: { status: status as 404 } });
    const body = method === "POST" ? { body: JSON.stringify({ weight: 2, pin: "1234" }) } : {};
    const headers = { "X-Api-Key": "k", ...JSON_BODY };
    const response = await contractFetch(NOWHERE + path, { method, headers, ...body });
    const type = response.headers.get("Content-Type");
    expect([response.status, type, response.headers.get("Retry-After") ?? undefined]).toEqual([
      ...[status, "application/problem+json", after],
    ]);
    expect(await response.json()).toMatchObject({ title: expect.any(String) });
  },
);

test("an operation without an example is a config error that names it and what to write", async () => {
  const document = structuredClone(PARCELS);
  document.paths["/parcels"].post.responses["201"].content = { "application/json": { schema: { type: "object" } } };
  const contract = contractOf(document);
  const { id } = contract.operations.find(({ method, template }) => `${method} ${template}` === "POST /parcels") ?? {};
  const init = {
    ...{ method: "POST", headers: { "X-Api-Key": "k", ...JSON_BODY } },
    body: JSON.stringify({ weight: 2, pin: "1234" }),
  };
  const message =
    `The contract has no example of the response 201 of ${id}: ` +
    "write one there ('example' of application/json), or return a body from 'respond'.";
  for (const options of [{}, { answer: { status: 201 as 200 } }, { respond: () => ({ status: 201 }) as never }]) {
    const response = createFetch(contract, options)(`${NOWHERE}/parcels`, init);
    await expect(response).rejects.toMatchObject({ kind: "config", message });
  }
  const own = createFetch(contract, { respond: () => ({ status: 201, body: {} }) as never });
  expect((await own(`${NOWHERE}/parcels`, init)).status).toBe(201);
});

test("a response has its required headers, even if the contract has no example of them", async () => {
  const { Location: _, ...headers } = PARCELS.paths["/parcels"].post.responses["201"].headers;
  const document = structuredClone(PARCELS);
  document.paths["/parcels"].post.responses["201"].headers = { ...headers, Location: { required: true } };
  const response = await createFetch(contractOf(document), {})(`${NOWHERE}/parcels`, {
    ...{ method: "POST", headers: { "X-Api-Key": "k", ...JSON_BODY } },
    body: JSON.stringify({ weight: 2, pin: "1234" }),
  });
  expect([response.status, response.headers.get("Location")]).toEqual([201, "example"]);
});

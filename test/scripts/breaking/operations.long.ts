import { expect, test } from "vitest";
import { isBreaking } from "../../../scripts/breaking/change.ts";
import { compareContracts } from "../../../scripts/breaking/compare-contracts.ts";
import type { ContractDocument } from "../../../server/contract/document.ts";
import { thingsWith } from "./things-contract.ts";

type Members = Readonly<Record<string, unknown>>;
type Row = [title: string, base: Members, revision: Members | undefined];

const STRING = { type: "string" };
const JSON_TEXT = { "application/json": { schema: STRING } };
const query = (members: Members): Members => ({ parameters: [{ name: "q", in: "query", schema: STRING, ...members }] });
const body = (members: Members): Members => ({ requestBody: { content: JSON_TEXT, ...members } });
const OK = { "200": { description: "OK", content: JSON_TEXT } };
const response = (members: Members): Members => ({ responses: { "200": { ...OK["200"], ...members } } });
const header = (members: Members): Members => response({ headers: { "X-Count": { schema: STRING, ...members } } });
const object = (members: Members): Members => ({
  content: { "application/json": { schema: { type: "object", properties: { a: { ...STRING, ...members } } } } },
});
const LIST = { schema: { type: "array", items: STRING } };
const orNull = (schema: Members) => ({ schema: { anyOf: [schema, { type: "null" }] } });

const BREAKING: Row[] = [
  ["the operation is removed", {}, undefined],
  ["the operation is renamed", {}, { operationId: "other" }],
  ["a required query parameter is added", {}, query({ required: true })],
  ["a query parameter is removed", query({}), {}],
  ["a query parameter becomes required", query({}), query({ required: true })],
  ["a query parameter becomes a header", query({}), query({ in: "header" })],
  ["a query parameter is shortened", query({}), query({ schema: { ...STRING, maxLength: 3 } })],
  ["a list is separated by commas", query(LIST), query({ ...LIST, explode: false })],
  [
    "a list that can be null is separated by commas",
    query(orNull(LIST.schema)),
    query({ ...orNull(LIST.schema), explode: false }),
  ],
  ["reserved characters must be encoded", query({ allowReserved: true }), query({})],
  ["undeclared query parameters are rejected", { "x-allow-unknown-query": true }, {}],
  ["a required body is added", {}, body({ required: true })],
  ["a body becomes required", body({}), body({ required: true })],
  ["a body is removed", body({}), {}],
  ["a media type of requests is removed", body({ content: { ...JSON_TEXT, "text/json": {} } }), body({})],
  ["a status is removed", { responses: { ...OK, "404": { description: "No" } } }, {}],
  [
    "a status becomes a range",
    { responses: { ...OK, "404": { description: "No" } } },
    { responses: { ...OK, "4XX": { description: "No" } } },
  ],
  ["a media type of responses is removed", response({ content: { ...JSON_TEXT, "text/plain": {} } }), {}],
  ["a body of responses is removed", {}, { responses: { "200": { description: "OK" } } }],
  ["a response header is removed", header({}), {}],
  ["a response header becomes optional", header({ required: true }), header({})],
  ["a response header becomes longer", header({ schema: { ...STRING, maxLength: 3 } }), header({})],
  ["a property of a request becomes read-only", body(object({})), body(object({ readOnly: true }))],
  ["a property of a response becomes write-only", response(object({})), response(object({ writeOnly: true }))],
];

const COMPATIBLE: Row[] = [
  ["an optional query parameter is added", {}, query({})],
  ["a query parameter becomes optional", query({ required: true }), query({})],
  ["a query parameter becomes longer", query({ schema: { ...STRING, maxLength: 3 } }), query({})],
  ["the form of a single value is written out", query({}), query({ style: "form", explode: true })],
  ["the separator of a single value changes", query({}), query({ explode: false })],
  [
    "the separator of a single value that can be null changes",
    query(orNull(STRING)),
    query({ ...orNull(STRING), explode: false }),
  ],
  ["reserved characters need no encoding", query({}), query({ allowReserved: true })],
  ["undeclared query parameters are accepted", {}, { "x-allow-unknown-query": true }],
  ["an optional body is added", {}, body({})],
  ["a body becomes optional", body({ required: true }), body({})],
  ["a media type of requests is added", body({}), body({ content: { ...JSON_TEXT, "text/json": {} } })],
  ["a status is added", {}, { responses: { ...OK, "404": { description: "No" } } }],
  ["a range is added", {}, { responses: { ...OK, "4XX": { description: "No" } } }],
  ["a media type of responses is added", {}, response({ content: { ...JSON_TEXT, "text/plain": {} } })],
  ["a response header is added", {}, header({ required: true })],
  ["a response header becomes required", header({}), header({ required: true })],
  ["a response header becomes shorter", header({}), header({ schema: { ...STRING, maxLength: 3 } })],
  ["a property of a request becomes write-only", body(object({})), body(object({ writeOnly: true }))],
  ["a property of a response becomes read-only", response(object({})), response(object({ readOnly: true }))],
  ["a property of a request is no longer read-only", body(object({ readOnly: true })), body(object({}))],
  ["servers are removed", { servers: [{ url: "https://a.example" }] }, {}],
  ["a server moves", { servers: [{ url: "https://a.example" }] }, { servers: [{ url: "https://b.example/v1" }] }],
  [
    "the text changes",
    {},
    { summary: "A", description: "B", tags: ["c"], deprecated: true, externalDocs: { url: "d" } },
  ],
  ["an extension is removed", { "x-internal": true, "x-idempotent": true }, {}],
  ["a link is removed", response({ links: { next: { operationId: "op0" } } }), {}],
  ["an example changes", body({}), body({ content: { "application/json": { schema: STRING, example: "a" } } })],
];

/** The contract of things with one more operation per row. */
function contractOf(operations: readonly (Members | undefined)[]): ContractDocument {
  const document = thingsWith({});
  operations.forEach((members, index) => {
    const operation = { operationId: `op${index}`, responses: OK, ...members };
    document.paths[`/rows/${index}`] = {
      ...(members && { put: operation }),
      get: { operationId: `get${index}`, responses: {} },
    };
  });
  return document;
}

/** The titles of the rows whose change breaks callers. */
async function breakingRows(rows: readonly Row[]): Promise<string[]> {
  const changes = await compareContracts(
    contractOf(rows.map(([, base]) => base)),
    contractOf(rows.map(([, , fresh]) => fresh)),
  );
  const broken = new Set(changes.filter(isBreaking).map(({ operation }) => operation));
  return rows.filter((_, index) => broken.has(`PUT /rows/${index}`)).map(([title]) => title);
}

test("changes of operations that the server enforces break callers", async () => {
  expect(await breakingRows(BREAKING)).toEqual(BREAKING.map(([title]) => title));
});

test("other changes of operations break no caller", async () => {
  expect(await breakingRows(COMPATIBLE)).toEqual([]);
});

test("removing the servers of the document breaks no caller", async () => {
  const changes = await compareContracts(thingsWith({ servers: [{ url: "https://a.example" }] }), thingsWith({}));
  expect(changes.filter(isBreaking)).toEqual([]);
});

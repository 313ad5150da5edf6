import { type ContractDocument, valueAt } from "../../../server/contract/document.ts";

const content = (name: string) => ({ "application/json": { schema: { $ref: `#/components/schemas/${name}` } } });
const COMMON = { security: [{ Key: [] }, { Token: [] }], "x-required-permissions": ["read", "admin"] };

export const ID = { name: "id", in: "path", required: true, schema: { type: "string" } };
export const KIND = { name: "kind", in: "query", schema: { type: "string", enum: ["a", "b"] } };
export const BODY = { required: true, content: content("Thing") };
export const NEW_BODY = { content: content("NewThing") };
export const OK = { description: "The thing.", content: content("Thing") };
export const TAGS = { type: "array", items: { type: "string", maxLength: 9 } };
export const GET = { operationId: "getThing", ...COMMON, parameters: [ID, KIND], responses: { "200": OK } };
export const PUT = {
  operationId: "putThing",
  ...COMMON,
  parameters: [ID],
  requestBody: BODY,
  responses: { "200": OK },
};
export const POST = {
  operationId: "addThing",
  ...COMMON,
  requestBody: NEW_BODY,
  responses: {
    "201": { description: "Added.", headers: { Location: { required: true, schema: { type: "string" } } } },
  },
};

/** A contract of three operations. */
export const THINGS = {
  openapi: "3.1.1",
  info: { title: "Things", version: "1.0.0" },
  paths: { "/things/{id}": { get: GET, put: PUT }, "/things": { post: POST } },
  components: {
    securitySchemes: { Key: { type: "http", scheme: "basic" }, Token: { type: "http", scheme: "bearer" } },
    schemas: {
      Thing: {
        type: "object",
        required: ["id"],
        properties: { id: { type: "string" }, child: { $ref: "#/components/schemas/Thing" }, tags: TAGS },
      },
      NewThing: {
        type: "object",
        properties: { name: { type: "string" }, tags: { $ref: "#/components/schemas/Thing/properties/tags" } },
      },
    },
  },
};

const PARTS: Readonly<Record<string, readonly string[]>> = {
  ITEM: ["paths", "/things/{id}"],
  GET: ["paths", "/things/{id}", "get"],
  PUT: ["paths", "/things/{id}", "put"],
  POST: ["paths", "/things", "post"],
  THING: ["components", "schemas", "Thing"],
  NEW: ["components", "schemas", "NewThing"],
};

/** Members by their path, a part and names separated by spaces: `PUT parameters 0 required`. Undefined removes a member. */
export type Edits = Readonly<Record<string, unknown>>;

/** A comparison of the contract of things with other members: the expected verdicts, and the edits on either side. */
export type Row = [title: string, expected: string[], revision: Edits, base?: Edits];

/** A copy of the contract of things with other members. */
export function thingsWith(edits: Edits): ContractDocument {
  // Through JSON, so that the copy shares no parts.
  const document = JSON.parse(JSON.stringify(THINGS));
  for (const [path, value] of Object.entries(edits)) {
    const [part = "", ...names] = path.split(" ");
    const pointer = [...(PARTS[part] ?? [part]), ...names];
    const owner = valueAt(document, pointer.slice(0, -1)) as Record<string, unknown>;
    const name = String(pointer.at(-1));
    if (value === undefined) delete owner[name];
    else owner[name] = structuredClone(value);
  }
  return document;
}

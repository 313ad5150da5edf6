import { expect, test } from "vitest";
import type { SecretAsk } from "../../client/credentials.ts";
import { createMethods } from "../../client/methods.ts";
import { createCall, type NexusClientOptions } from "../../client/nexus-client.ts";
import type { Route } from "../../generated/operations.ts";
import { routesOf } from "../../scripts/generate/client/methods.ts";
import { JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";
import { PARCELS } from "./library.ts";

/** The methods of a client with these credentials, which have the forms of another contract than the published one. */
function clientWith(credentials: object | undefined, baseUrl = NOWHERE, document = PARCELS) {
  const routes: Readonly<Record<string, Route>> = routesOf(document);
  const options = { baseUrl, ...(credentials && { credentials }), retry: { limit: 0 } } as NexusClientOptions;
  const methods = createMethods(createCall(options, routes), routes);
  return async (name: string, ...args: unknown[]) => methods[name]?.(...args);
}

const SESSION = { type: "bearer", token: "t" };
const KEY = { type: "apiKey", apiKey: "k" };
const NONE = [undefined, undefined];

test.for<[method: string, credentials: object | undefined, sent: unknown[]]>([
  ["safeListParcels", { ...SESSION, apiKey: "k" }, ["Bearer t", "k"]],
  ["safeListParcels", KEY, [undefined, "k"]],
  ["safeReplaceTags", { ...SESSION, apiKey: "k" }, ["Bearer t", undefined]],
  ["safeReplaceTags", SESSION, ["Bearer t", undefined]],
  ["safeReadStatus", { ...SESSION, apiKey: "k" }, NONE],
  ["safeReadStatus", undefined, NONE],
  ["safeListOffers", SESSION, ["Bearer t", undefined]],
  ["safeListOffers", KEY, NONE],
  ["safeListOffers", undefined, NONE],
])("%s with the credentials %j sends the first alternative that they have", async ([method, credentials, sent]) => {
  const { url, seen } = await startFaultServer(respond());
  await clientWith(credentials, url)(method, ...(method === "safeReplaceTags" ? [[]] : []));
  expect(seen.map(({ headers }) => [headers.authorization, headers["x-api-key"]])).toEqual([sent]);
});

test.for<[method: string, credentials: object | undefined, message: string]>([
  ["safeListParcels", SESSION, "credentials.apiKey is missing or invalid for GET /parcels."],
  ["safeReplaceTags", KEY, "credentials.type is missing or invalid for PUT /parcels/tags."],
  ["safeListParcels", undefined, "credentials.apiKey is missing or invalid for GET /parcels."],
])("%s with the credentials %j is a config error, and nothing is sent", async ([method, credentials, message]) => {
  const { url, seen } = await startFaultServer(respond());
  expect(await clientWith(credentials, url)(method, ...(method === "safeReplaceTags" ? [[]] : []))).toMatchObject({
    ok: false,
    error: { kind: "config", message },
  });
  expect(seen).toEqual([]);
});

test.for([
  { type: "basic", username: "u", password: "p" },
  { type: "bearer", token: 5 },
  { type: "apiKey" },
  { type: "basic", apiKey: "k" },
  {},
  "secret",
])("a client is not created with the credentials %j, which fit no operation", (credentials) => {
  expect(() => clientWith(credentials as object)).toThrow(/^credentials\.\w+ is missing or invalid\.$/);
});

test("credentials have the members of one form, and keys that the same request can send", () => {
  expect(() => clientWith({ ...SESSION, apiKey: "k" })).not.toThrow();
  expect(() => clientWith({ ...SESSION, apikey: "k" })).toThrow(
    "credentials.apikey is not an option. Did you mean 'apiKey'?",
  );
  expect(() => clientWith({ ...KEY, token: "t" })).toThrow("credentials.token is not an option.");
});

test("secret functions run only for operations that need them, and parallel refreshes are shared by operations", async () => {
  const { url } = await startFaultServer(({ headers }, response) => {
    response.writeHead(headers.authorization === "Bearer old" ? 401 : 200, JSON_TYPE).end("[]");
  });
  const asks: boolean[] = [];
  const token = ({ forceRefresh }: SecretAsk) => {
    asks.push(forceRefresh);
    return forceRefresh ? "new" : "old";
  };
  const call = clientWith({ type: "bearer", token }, url);
  await call("safeReadStatus");
  expect(asks).toEqual([]);
  await Promise.all([call("listOffers"), call("listOffers"), call("safeReplaceTags", ["ab"])]);
  expect(asks).toEqual([false, false, false, true]);
});

test("one request can't have two headers Authorization, and a permission needs credentials", () => {
  const both = { ...PARCELS.paths["/parcels/tags"].put, security: [{ Session: [], Basic: [] }, { "Api-Key": [] }] };
  const permitted = { ...both, operationId: "b", security: [{}, { Session: [] }], "x-required-permissions": ["a"] };
  const securitySchemes = { ...PARCELS.components.securitySchemes, Basic: { type: "http", scheme: "basic" } };
  const components = { ...PARCELS.components, securitySchemes };
  const { replaceTags, b } = routesOf({ ...PARCELS, components, paths: { "/a": { put: both, post: permitted } } });
  expect(replaceTags).toMatchObject({ security: [{ keys: { apiKey: "X-Api-Key" } }] });
  expect(b?.security).toEqual([{ http: "bearer" }]);
});

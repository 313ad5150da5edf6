import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { createMethods } from "../../client/methods.ts";
import { createCall } from "../../client/nexus-client.ts";
import { routesOf } from "../../scripts/generate/client/methods.ts";
import { send } from "../../server/http/respond.ts";
import { startServer } from "../../server/start.ts";
import { ACCESS, API_KEYS, basic } from "../helpers/access.ts";
import { contractFolder } from "../scripts/generate/contract-folder.ts";

const FIXTURE = readFileSync(new URL("../fixtures/devices.yaml", import.meta.url), "utf8");

const PICTURE = new Uint8Array([0xff, 0xd8, 0]);

/** By operation id. */
const REPLIES: Record<string, { headers?: Record<string, string>; body: string | Uint8Array }> = {
  picture: { headers: { "X-Size": String(PICTURE.length) }, body: PICTURE },
  lines: { body: "a,b\nc,d" },
};

/** A service of the generated fixture, whose handlers return the request; and its generated client. */
async function startEcho() {
  const folder = await contractFolder({ "openapi.yaml": FIXTURE });
  const { code, output } = await folder.generate();
  expect([code, output]).toEqual([0, expect.any(String)]);
  const document = JSON.parse(folder.read("out/openapi.json"));
  const options = { document: pathToFileURL(join(folder.root, "out/openapi.json")), access: ACCESS };
  const server = await startServer(options, async ({ store }) => ({
    ...{ first: [], beforeHandler: [], corsOrigins: [], send },
    handlerFor:
      ({ responses, id }) =>
      async (request: object) => {
        if (responses[204]) return { status: 204 };
        return { status: 200, ...(REPLIES[id] ?? { body: { operation: id, ...request } }) };
      },
    ready: () => store.ready(),
    close: () => store.close(),
  }));
  onTestFinished(() => server.close());
  const credentials = { type: "basic", username: "key-main", password: API_KEYS["key-main"].secret } as const;
  const routes = routesOf(document);
  const call = createCall({ baseUrl: server.url, credentials }, routes);
  const methods: Record<string, (...args: unknown[]) => Promise<unknown>> = createMethods(call, routes);
  const fetched = async (request: string, init: RequestInit = {}) => {
    const [method = "", path = ""] = request.split(" ");
    const headers = { Authorization: basic(), ...(init.headers as object) };
    const response = await fetch(server.url + path, { method, ...init, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith("{") ? JSON.parse(text) : text };
  };
  return { call: (name: string, ...args: unknown[]) => methods[name]?.(...args), fetched };
}

type Call = [name: string, args: unknown[], handled: object | string | undefined];

const CALLS: Call[] = [
  // The most specific path wins; the operation's parameter replaces that of the path item; integers are numbers.
  ["safeReadDevice", [7, { headers: { "X-Trace": 5 } }], { path: { "device-id": 7 }, headers: { "X-Trace": 5 } }],
  ["safeLatestDevice", [], { operation: "latest device", path: {} }],
  ["safeRestart", [["5", 6].join()], { operation: "restart", path: { device: [5, 6] } }],
  ["safeReadPart", ["a b"], { path: { part: "a b" } }],
  // Names, styles and types of parameters.
  [
    "safeSearchDevices",
    [{ query: { "page[size]": 3, $filter: "a/b?c=d&e", "user-id": "u" } }],
    { query: { "page[size]": 3, $filter: "a/b?c=d&e", "user-id": "u" } },
  ],
  ["safeSearchDevices", [], { query: { "page[size]": 20 } }],
  [
    "safeSearchDevices",
    [{ query: { tags: ["ab", "c,d"], ids: [1, 2] } }],
    { query: { "page[size]": 20, tags: ["ab", "c,d"], ids: [1, 2] } },
  ],
  [
    "safeSearchDevices",
    [{ query: { tags: ["ab"], ids: [1] } }],
    { query: { "page[size]": 20, tags: ["ab"], ids: [1] } },
  ],
  [
    "safeSearchDevices",
    [{ query: { ratio: 1.5, active: false, maybe: 3 } }],
    { query: { "page[size]": 20, ratio: 1.5, active: false, maybe: 3 } },
  ],
  ["safeSearchDevices", [{ query: { optional: 3 } }], { query: { "page[size]": 20, optional: 3 } }],
  ["safeSearchDevices", [{ query: { optional: null } }], { query: { "page[size]": 20 } }],
  ["safeSearchDevices", [{ query: { kind: "all" } }], { query: { "page[size]": 20, kind: "all" } }],
  ["safeSearchDevices", [{ query: { kind: 5 } }], { query: { "page[size]": 20, kind: 5 } }],
  ...[
    { names: ["ab", "c,d"] },
    { names: ["ab"], sizes: [1], more: ["ab"] },
    { sizes: [1, 2], more: ["ab", "cd"] },
    // Texts are not read as JSON.
    ...["1.0", "1e3", '"a"', "null", '{"a":1}', "[1]", "12345678901234567890"].map((text) => ({ text, note: text })),
    // A text that an alternative accepts is not converted.
    ...["00123", "0x10", "1e3", "latest"].map((either) => ({ either })),
    { choice: 5 },
    // A property that requests do not have can be the type of a parameter.
    { part: 5, parts: [1, 2] },
    { choice: "all" },
    { mixed: 1, kinds: [1, "all"] },
    { mixed: true },
  ].map((query): Call => ["safeSearchDevices", [{ query }], { query: { "page[size]": 20, ...query } }]),
  ["safeSearchDevices", [{ query: { names: null } }], { query: { "page[size]": 20 } }],
  [
    "safeSearchDevices",
    [{ headers: { "X-Tags": ["ab", "cd"], "X-Ids": [1, 2] } }],
    { headers: { "X-Tags": ["ab", "cd"], "X-Ids": [1, 2] } },
  ],
  // Bodies: as they were sent, except for defaults.
  [
    "safePutDevice",
    [{ name: "root", at: "2026-01-02T03:04:05Z", code: "1234", size: 1, x: 1.5, money: "5 EUR" }],
    {
      body: { name: "root", at: "2026-01-02T03:04:05Z", code: "1234", size: 1, x: 1.5, money: "5 EUR" },
    },
  ],
  [
    "safePutDevice",
    [{ name: "leaf", at: "2026-01-02T03:04:05Z", parent: { name: "root" } }],
    { body: { name: "leaf", parent: { name: "root" } } },
  ],
  ["safePatchDevice", [], { operation: "patchDevice" }],
  ["safePatchDevice", [[0.5, "a"]], { body: [0.5, "a"] }],
  ["safeAddPet", [{ kind: "cat", lives: 9 }], { body: { kind: "cat", lives: 9 } }],
  ["safeAddPet", [{ kind: "dog" }], { body: { kind: "dog" } }],
  ["safeDeleteDevices", [], undefined],
  ["safeLines", [], "a,b\nc,d"],
];

const JSON_TYPE = "application/json";
const body = (value: unknown, type = JSON_TYPE) => ({ body: JSON.stringify(value), headers: { "Content-Type": type } });
const query = (name: string, detail: string) => ({ in: "query", name, detail });
const short = "must NOT have fewer than 2 characters";

const REJECTED: [request: string, init: RequestInit, errors: unknown][] = [
  ["GET /devices/x", {}, [{ in: "path", name: "device-id", detail: "must be integer" }]],
  ["GET /devices/7", { headers: { "X-Trace": "x" } }, [{ in: "header", name: "x-trace", detail: "must be integer" }]],
  ["GET /devices/$search?page[size]=x&%24filter=1&user-id=2", {}, [query("page[size]", "must be integer")]],
  ["GET /devices/$search?tags=a&tags=bc", {}, [query("tags", short)]],
  ["GET /devices/$search?ids=1,z", {}, [query("ids", "must be integer")]],
  ["GET /devices/$search?optional=x", {}, [query("optional", "must be integer")]],
  ["GET /devices/$search?names=a&names=bc", {}, [query("names", short)]],
  ["GET /devices/$search?sizes=1,x", {}, [query("sizes", "must be integer")]],
  ["GET /devices/$search?more=a", {}, [query("more", short)]],
  ["GET /devices/$search?active=1", {}, [query("active", "must be boolean")]],
  ["GET /devices/$search", { headers: { "X-Tags": "a" } }, [{ in: "header", name: "x-tags", detail: short }]],
  ["PUT /v1.2/devices", body({ name: "x", no: 1 }), expect.arrayContaining([{ pointer: "/name", detail: short }])],
  [
    "PUT /v1.2/devices",
    body({ name: "leaf", parent: { name: "y" }, at: "2026-01-02T03:04:05Z" }),
    expect.arrayContaining([{ pointer: "/parent/name", detail: short }]),
  ],
  [
    "PUT /v1.2/devices",
    body({ name: "leaf", code: "123" }),
    [{ pointer: "/code", detail: "must NOT have fewer than 4 characters" }],
  ],
  ["PUT /v1.2/devices", body({ name: "leaf", alias: "x" }), [{ pointer: "/alias", detail: short }]],
  ["PUT /v1.2/devices", body({ name: "leaf", size: 0 }), [{ pointer: "/size", detail: "must be > 0" }]],
  ["PUT /v1.2/devices", body({ name: "leaf", x: 0.3 }), [{ pointer: "/x", detail: "must be multiple of 0.5" }]],
  [
    "PUT /v1.2/devices",
    body({ name: "leaf", at: "soon" }),
    [{ pointer: "/at", detail: 'must match format "date-time"' }],
  ],
  [
    "PUT /v1.2/devices",
    body({ a: 1, b: 2 }, "application/merge-patch+json"),
    [expect.objectContaining({ pointer: "" })],
  ],
  ["PUT /v1.2/devices", body(["a"], "application/vnd.devices+json"), [expect.objectContaining({ pointer: "/0" })]],
  ["PATCH /v1.2/devices", body([0.5, 1]), [{ pointer: "/1", detail: "must be string" }]],
  ["POST /pets", body({ kind: "cow" }), expect.arrayContaining([expect.objectContaining({ pointer: "/kind" })])],
  ["POST /pets", body({}), expect.arrayContaining([expect.objectContaining({ pointer: "/kind" })])],
  ["POST /pets", body(null), expect.arrayContaining([expect.objectContaining({ pointer: "" })])],
  ["POST /pets", body({ kind: "cat" }), expect.arrayContaining([expect.objectContaining({ pointer: "/lives" })])],
];

test("requests of the generated client reach the handler with the names and types of the contract", async () => {
  const { call } = await startEcho();
  for (const [name, args, handled] of CALLS) {
    const result = await call(name, ...args);
    expect(result, `${name} ${JSON.stringify(args)}`).toMatchObject({ ok: true, data: handled });
  }
});

test("requests that break the contract are a 400 with the violations and their places", async () => {
  const { fetched } = await startEcho();
  for (const [request, init, errors] of REJECTED) {
    const { status, body } = await fetched(request, init);
    expect([status, body.errors], request + String(init.body ?? "")).toEqual([400, errors]);
  }
});

test("a response of bytes with a header behind a reference reaches the caller as it is", async () => {
  const { call } = await startEcho();
  const result = (await call("safePicture")) as { data: Uint8Array; headers: Headers };
  expect([...result.data]).toEqual([...PICTURE]);
  expect(result.headers.get("X-Size")).toBe("3");
});

test("other requests are served as HTTP says", async () => {
  const { fetched } = await startEcho();
  expect(await fetched("HEAD /devices/7")).toMatchObject({ status: 200, body: "" });
  expect(await fetched("GET /devices/%24search")).toMatchObject({ status: 200, body: { operation: "search.devices" } });
  expect(await fetched("GET /lines")).toMatchObject({ status: 200, body: "a,b\nc,d" });
  expect(await fetched("POST /devices/1,2:restart?a=b")).toMatchObject({
    status: 200,
    body: { path: { device: [1, 2] } },
  });
  const type = (value: string) => ({ headers: { "Content-Type": value }, body: "{}" });
  for (const mediaType of ["application/merge-patch+json", "application/json; charset=utf-8"])
    expect((await fetched("PUT /v1.2/devices", type(mediaType))).status).toBe(mediaType.includes("merge") ? 200 : 400);
  for (const mediaType of ["text/plain", "application/other+json"])
    expect((await fetched("PUT /v1.2/devices", type(mediaType))).status).toBe(415);
  expect((await fetched("DELETE /devices/7")).headers.get("Allow")).toBe("GET, HEAD");
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { copyProject } from "../scripts/generate/project-copy.ts";

const PARCELS = readFileSync(new URL("../fixtures/parcels.yaml", import.meta.url), "utf8");

/** Calls the client that is generated from the contract, and marks lines that must not compile. */
const PROBE = `
import { createNexusClient, type Failure, hasStatus, type NexusClientOptions, type Parcel, type SafeResult } from "./client/package-entry.ts";
import { createContractFetch } from "./client/testing/contract-fetch.ts";

const baseUrl = "https://parcels.example";
const fetch = createContractFetch();
const credentials = { type: "apiKey", apiKey: "k-1" } as const;
const client = createNexusClient({ baseUrl, fetch, credentials });

const created: SafeResult<"createParcel"> = await client.safeCreateParcel({ weight: 2, pin: "1234" });
if (created.ok && created.status === 201) {
  const location: string = created.headers.get("Location");
  const tag: string | null = created.headers.get("ETag");
  const parcel: Parcel = { ...created.data, pin: "" };
  console.log(location, tag, parcel.id);
  // @ts-expect-error The contract does not require the header.
  created.headers.get("ETag") satisfies string;
}
// @ts-expect-error The headers of a 202 are others.
if (created.ok) created.headers.get("Location") satisfies string;
if (created.ok && created.status === 202) created.data satisfies undefined;

const limited = await createNexusClient({
  ...{ baseUrl, credentials },
  fetch: createContractFetch({ answer: { status: 429 } }),
}).safeCreateParcel({ weight: 2, pin: "1234" });
if (!limited.ok && hasStatus(limited.error, 429)) {
  const after: string = limited.error.headers.get("Retry-After");
  console.log(after, limited.error.problem.title, JSON.stringify(limited.error).includes("headers"));
}

for (const status of [422, 503] as const) {
  const failing = createContractFetch({ answer: { status } });
  const retry = { limit: 0 };
  const failed = await createNexusClient({ baseUrl, credentials, retry, fetch: failing }).safeListParcels();
  if (!failed.ok && hasStatus(failed.error, 422)) console.log("4XX", failed.error.problem satisfies Failure);
  if (!failed.ok && hasStatus(failed.error, 503)) console.log("default", failed.error.problem.title);
}
createContractFetch({ answer: { status: 429, example: "example" } });
// @ts-expect-error The default has no example.
export const none = () => createContractFetch({ answer: { status: 503, example: "example" } });

const open = createNexusClient({ baseUrl, fetch });
console.log((await open.readStatus()).open, await open.listOffers(), (await open.safeReplaceTags(["ab"])).ok);
console.log(fetch.calls.map(({ operation }) => operation).join(" "));

export const forms: NexusClientOptions["credentials"][] = [
  { type: "bearer", token: "t" },
  { type: "bearer", token: "t", apiKey: "k" },
];
export const misused: NexusClientOptions["credentials"][] = [
  // @ts-expect-error The contract has no HTTP Basic.
  { type: "basic", username: "u", password: "p" },
  // @ts-expect-error The key is missing.
  { type: "apiKey" },
];
`;

/** Judges each body in all places, and marks bodies that must not compile. */
const BODIES = `
import { createContractFetch } from "./client/testing/contract-fetch.ts";
import { createNexusClient } from "./client/nexus-client.ts";
import { requestSchemas, requestSchemasByMediaType, responseSchemas } from "./client/schemas.ts";
import type { Operations } from "./generated/operations.ts";
import { startStub } from "./server/stub/start-stub.ts";

const server = await startStub({ controlPort: "none" });
const credentials = { type: "apiKey", apiKey: server.demo?.applicationToken ?? "" } as const;

type Body = Parameters<typeof client.createParcel>[0];
const client = createNexusClient({ baseUrl: server.url, credentials });
const bodies: Body[] = [
  { weight: 2, pin: "1234" },
  { weight: 2, pin: "1234", content: [{ weight: 1, pin: "1234" }] },
  // @ts-expect-error A request has no id.
  { weight: 2, pin: "1234", id: "p-1" },
  // @ts-expect-error The parcels in a request have no id.
  { weight: 2, pin: "1234", content: [{ weight: 1, pin: "1234", id: "p-2" }] },
  // @ts-expect-error A request has a pin.
  { weight: 2 },
  { weight: 0, pin: "1" },
];
const url = "/parcels";
async function verdictOf(send: typeof fetch, path: string, body: unknown, method: string, type: string) {
  const headers = { "Content-Type": type, "X-Api-Key": credentials.apiKey, Authorization: "Bearer " + server.demo?.bearerToken };
  const response = await send(path, { method, headers, body: JSON.stringify(body) });
  const { errors = [] } = response.status < 400 ? {} : await response.json();
  return errors.map(({ pointer, detail }) => pointer + " " + detail).sort().join("; ");
}
async function judge(path: string, body: unknown, method: string, type: string, schema: typeof requestSchemas.createParcel | typeof requestSchemas.replaceTags) {
  const { issues = [] } = schema["~standard"].validate(body);
  const verdicts = [
    await verdictOf(fetch, server.url + path, body, method, type),
    await verdictOf(createContractFetch(), server.url + path, body, method, type),
    issues.map((issue) => ["", ...issue.path].join("/") + " " + issue.message).sort().join("; "),
  ];
  console.log(new Set(verdicts).size === 1 ? verdicts[0] || "valid" : "DIFFERENT " + JSON.stringify(verdicts));
}
const JSON_TYPE = "application/json";
for (const body of bodies) await judge(url, body, "POST", JSON_TYPE, requestSchemas.createParcel);
for (const body of [["ab"], ["a", 1], ["ab", "ab", "ab"], {}]) await judge("/parcels/tags", body, "PUT", JSON_TYPE, requestSchemas.replaceTags);
const V2 = "application/vnd.parcel.v2+json";
for (const body of [{ grams: 5 }, { weight: 2, pin: "1234" }]) await judge(url, body, "POST", V2, requestSchemasByMediaType.createParcel[V2] as never);

const { createParcel, listParcels, readStatus } = responseSchemas;
const responses = [{ id: "p-1", weight: 2 }, { id: "p-1", weight: 2, pin: "1234" }, { weight: 2 }, undefined];
console.log(responses.map((value) => createParcel["~standard"].validate(value).issues?.map(({ message }) => message).join() ?? "valid").join("; "));
console.log(Object.keys(responseSchemas).join(" "), listParcels["~standard"].validate([{}]).issues?.length, readStatus["~standard"].validate({ open: true }).issues);
const checked = createNexusClient({ baseUrl: server.url, credentials, responseSchema: responseSchemas });
console.log((await checked.safeCreateParcel({ weight: 2, pin: "1234" })).ok, (await checked.safeListParcels()).ok);
await server.close();

// @ts-expect-error The operation has no body.
requestSchemas.listParcels;
// @ts-expect-error The pin is not in a response.
export const response: Operations["createParcel"]["response"] = { status: 201, headers: { Location: "/" }, body: { id: "p-1", weight: 2, pin: "1234" } };
`;

test("the client of another contract calls its operations with its credentials, and gets typed headers", {
  timeout: 120_000,
}, async () => {
  const project = copyProject();
  project.write("openapi.yaml", PARCELS);
  const { code, output } = await project.generate();
  expect([code, output]).toEqual([0, expect.any(String)]);
  project.write("probe.ts", PROBE);

  expect(project.runScript("probe.ts").output.split("\n")).toEqual([
    '/parcels/p-1 "1" p-1',
    "1 Slow down false",
    expect.stringMatching(/^4XX \{/),
    "  type: 'about:blank',",
    ...[
      "  title: 'Status 422',",
      "  status: 422,",
      expect.stringMatching(/^ {2}instance: /),
      "}",
      "default Status 503",
    ],
    "true [ 'cheap' ] false",
    "createParcel readStatus listOffers",
    "",
  ]);

  project.write("bodies.ts", BODIES);
  const short = "/pin must NOT have fewer than 4 characters";
  expect(project.runScript("bodies.ts").output.split("\n")).toEqual([
    ...["valid", "valid", "/id is read-only", "/content/0/id is read-only", "/pin must be present"],
    `${short}; /weight must be > 0`,
    ...["valid", "/0 must NOT have fewer than 2 characters; /1 must be string", " must NOT have more than 2 items"],
    " must be array",
    ...["valid", "/grams must be present"],
    "valid; is write-only; must be present; valid",
    "listParcels createParcel readStatus listOffers 2 undefined",
    "true true",
    "",
  ]);

  // Everything that does not belong to the sync compiles.
  const errors = project.typeCheck().output.split("\n");
  const own = errors.filter((line) => /^(probe\.ts|bodies\.ts|client\/)/.test(line));
  expect(own.filter((line) => !/^client\/((auth0|backfill|bulk)\/|validate\.ts)/.test(line))).toEqual([]);
});

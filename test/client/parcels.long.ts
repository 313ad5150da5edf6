import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { copyProject } from "../scripts/generate/project-copy.ts";

const PARCELS = readFileSync(new URL("../fixtures/parcels.yaml", import.meta.url), "utf8");

/** Calls the client that is generated from the contract, and marks lines that must not compile. */
const PROBE = `
import { createNexusClient, hasStatus, type NexusClientOptions, type Parcel, type SafeResult } from "./client/package-entry.ts";
import { createContractFetch } from "./client/testing/contract-fetch.ts";

const baseUrl = "https://parcels.example";
const fetch = createContractFetch();
const credentials = { type: "apiKey", apiKey: "k-1" } as const;
const client = createNexusClient({ baseUrl, fetch, credentials });

const created: SafeResult<"createParcel"> = await client.safeCreateParcel({ weight: 2, pin: "1234" });
if (created.ok && created.status === 201) {
  const location: string = created.headers.get("Location");
  const tag: string | null = created.headers.get("ETag");
  const parcel: Parcel = { pin: "", ...created.data };
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
    "true [ 'cheap' ] false",
    "createParcel readStatus listOffers",
    "",
  ]);

  // Everything that does not belong to the sync compiles.
  const errors = project.typeCheck().output.split("\n");
  const own = errors.filter((line) => /^(probe\.ts|client\/)/.test(line));
  expect(own.filter((line) => !/^client\/((auth0|backfill|bulk)\/|validate\.ts)/.test(line))).toEqual([]);
});

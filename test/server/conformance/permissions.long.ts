import { expect, test } from "vitest";
import { ACCESS, API_KEYS, APPLICATION_TOKEN, basic, mint, NOW, READER_TOKEN } from "../../helpers/access.ts";
import { conformance, startChecked } from "./conformance-run.ts";
import { type Passed, startFront } from "./front.ts";

const RUNS = ["--runs", "5"];
const UNPERMITTED = {
  NEXUS_SYNC_AUTH_BASIC: `key-main:${API_KEYS["key-main"].secret}`,
  NEXUS_SYNC_AUTH_BASIC_WITHOUT_PERMISSION: `key-reader:${API_KEYS["key-reader"].secret}`,
  NEXUS_SYNC_AUTH_BEARER: mint(),
  NEXUS_SYNC_AUTH_APPLICATION_TOKEN: APPLICATION_TOKEN,
  NEXUS_SYNC_AUTH_APPLICATION_TOKEN_WITHOUT_PERMISSION: READER_TOKEN,
};

test("a server that ignores permissions fails the clause of each credential without them", {
  timeout: 120_000,
}, async () => {
  const access = { access: ACCESS, clock: () => NOW };
  const stub = await startChecked(access);
  const intact = await conformance(["--url", stub.url, ...RUNS], UNPERMITTED);
  expect(intact.code, intact.output).toBe(0);
  expect(intact.output).toContain("pass  security: Basic without permission is 403\n");
  expect(intact.output).toContain("is 403 (NEXUS_SYNC_AUTH_BEARER_WITHOUT_PERMISSION is not set)\n");
  const replace = ({ headers }: Passed) => {
    if (headers.authorization === basic("key-reader")) headers.authorization = basic();
    if (headers["x-application-token"] === READER_TOKEN) headers["x-application-token"] = APPLICATION_TOKEN;
  };
  const url = await startFront(stub.url, { before: replace });
  expect((await conformance(["--url", url, ...RUNS], UNPERMITTED)).failed).toEqual([
    "SyncUserIdentity security: ApplicationToken without permission, with right Bearer, is 403",
    "SyncUserIdentity security: Basic without permission is 403",
  ]);
});

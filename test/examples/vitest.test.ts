import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createNexusClient, type NexusClient } from "../../client/nexus-client.ts";
import { type RunningStub, startStub } from "../../server/stub/start-stub.ts";
import { decide } from "./login-hook.ts";

/* An example with vitest: the stub runs in the process of the tests, on a free port. */

let stub: RunningStub;
let client: NexusClient;

beforeAll(async () => {
  // A file, or a directory as an object.
  stub = await startStub({ directory: "server/demo-directory.json" });
  const credentials = { type: "basic", username: "demo-key", password: stub.demo?.apiKey.secret ?? "" } as const;
  client = createNexusClient({ baseUrl: stub.url, credentials, timeoutMs: 500, retry: { limit: 2, baseMs: 10 } });
});
// Each test begins with the start directory, without faults and requests.
beforeEach(() => stub.reset());
afterAll(() => stub.close());

test("a group becomes a role", async () => {
  expect(await decide(client, "u-ada", ["engineers"])).toEqual({ allow: true, roles: ["Engineer", "Viewer"] });
});

test("an inactive user is rejected", async () => {
  await stub.directory.replace({ users: [{ id: "u-ada", isActive: false }], roles: [], roleConnectionMaps: [] });
  expect(await decide(client, "u-ada", ["engineers"])).toEqual({ allow: false, reason: "inactive" });
});

test("two failures are retried, with three requests in all", async () => {
  stub.faults.replace([
    { times: 1, fault: { kind: "status", status: 503 } },
    { times: 1, fault: { kind: "drop-answer" } },
  ]);
  expect(await decide(client, "u-ada", ["engineers"])).toMatchObject({ allow: true });
  const verdict = stub.journal.verify({ match: { userId: "u-ada" }, count: { exactly: 3 } });
  expect(verdict.passed, JSON.stringify(verdict)).toBe(true);
});

test("a sign-in does not wait for a slow sync", async () => {
  stub.faults.replace([{ match: { userId: "u-ada" }, fault: { kind: "latency", ms: 30_000 } }]);
  expect(await decide(client, "u-ada", [])).toEqual({ allow: false, reason: "try-later" });
  expect(await decide(client, "u-grace", [])).toMatchObject({ allow: true });
});

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { createNexusClient } from "../../client/nexus-client.ts";
import { startStub } from "../../server/stub/start-stub.ts";
import { decide } from "./login-hook.ts";

/* An example with Node's test runner: `node --test test/examples/node-test.ts`. */

const stub = await startStub({
  directory: {
    users: [{ id: "u-1", identities: [{ id: 1, azoConnectionId: "con_acme-ad", azoUserId: "ad|1" }] }],
    roles: [{ id: "r-1", name: "Engineer", audience: "https://api.acme.example" }],
    roleConnectionMaps: [{ id: "m-1", roleId: "r-1", azoConnectionId: "con_acme-ad", groupName: "engineers" }],
  },
});
const credentials = { type: "basic", username: "demo-key", password: stub.demo?.apiKey.secret ?? "" } as const;
const client = createNexusClient({ baseUrl: stub.url, credentials, retry: { limit: 0 } });

beforeEach(() => stub.reset());
after(() => stub.close());

test("a group becomes a role, and is stored", async () => {
  assert.deepEqual(await decide(client, "u-1", ["engineers"]), { allow: true, roles: ["Engineer"] });
  const user = await stub.user("u-1");
  assert.deepEqual(user?.identities?.[0]?.groups, ["engineers"]);
});

test("an unknown user and an outage lead to different reasons", async () => {
  assert.deepEqual(await decide(client, "u-2", []), { allow: false, reason: "unknown" });
  stub.faults.replace([{ fault: { kind: "malformed-json" } }]);
  assert.deepEqual(await decide(client, "u-1", []), { allow: false, reason: "try-later" });
});

test("the hook sends its arguments and nothing else", async () => {
  await decide(client, "u-1", ["engineers"]);
  const [request] = stub.journal.list().requests;
  assert.deepEqual(JSON.parse(request?.request.body ?? ""), {
    audience: "https://api.acme.example",
    attributes: [],
    connection: { connectionId: "con_acme-ad", groups: ["engineers"] },
  });
});

import { expect, test } from "vitest";
import { acme, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { LAST_CHANGE, NOW, PAST } from "./samples.ts";

const upn = (id: string, clientUpnKey: string | null) => ({
  id,
  userId: "u-ada",
  clientUpnKey,
  customUpnValue: `${id}@acme.example`,
  created: PAST,
  modified: NOW,
  createdBy: "directory",
  modifiedBy: "directory",
});
const erp = upn("upn-1", "erp");
const again = upn("upn-2", "erp");
const crm = upn("upn-3", "crm");
const general = upn("upn-4", null);
const customUpns = [erp, crm, again, general];
const directory = acme({ user: { customUpns, ...LAST_CHANGE } });

test("a client's key selects the UPNs of that client", async () => {
  const { client } = await startStubWithClient({ directory });

  const { user } = await client.syncUserIdentity("u-ada", signIn({ clientUpnKey: "erp" }));

  expect(user?.customUpns).toEqual([erp, again]);
});

test.each(["ERP", " erp", "erp ", "er", "erp1", "null", "x".repeat(255)])("the key %j selects none", async (key) => {
  const { client } = await startStubWithClient({ directory });

  const { user } = await client.syncUserIdentity("u-ada", signIn({ clientUpnKey: key }));

  expect(user?.customUpns).toEqual([]);
});

for (const { how, request } of [
  { how: "is absent", request: signIn() },
  { how: "is null", request: signIn({ clientUpnKey: null }) },
  { how: "is empty", request: signIn({ clientUpnKey: "" }) },
  { how: "is blank", request: signIn({ clientUpnKey: " \t" }) },
]) {
  test(`where the key ${how}, all custom UPNs are in the answer`, async () => {
    const { client } = await startStubWithClient({ directory });

    const { user } = await client.syncUserIdentity("u-ada", request);

    expect(user?.customUpns).toEqual(customUpns);
  });
}

test("the key writes nothing", async () => {
  const { server, client } = await startStubWithClient({ directory });
  const before = await server.user("u-ada");

  await client.syncUserIdentity("u-ada", signIn({ clientUpnKey: "erp" }));
  await client.syncUserIdentity("u-ada", signIn({ clientUpnKey: "unknown" }));

  expect(await server.user("u-ada")).toEqual(before);
});

test("a sync that changes something stores all custom UPNs, not only those selected", async () => {
  const { server, client } = await startStubWithClient({ directory });

  await client.syncUserIdentity("u-ada", signIn({ clientUpnKey: "erp", attributes: { department: "Engines" } }));

  expect((await server.user("u-ada"))?.customUpns).toEqual(customUpns);
});

import { expect, test } from "vitest";
import { signIn } from "../../helpers/stub.ts";
import { LAST_CHANGE, NOW, PAST, syncOf } from "./samples.ts";

const upn = (id: string, clientUpnKey: string | null) => ({
  ...{ id, userId: "u-ada", clientUpnKey, customUpnValue: `${id}@acme.example` },
  ...{ created: PAST, modified: NOW, createdBy: "directory", modifiedBy: "directory" },
});
const [erp, crm, again, general] = [upn("upn-1", "erp"), upn("upn-2", "crm"), upn("upn-3", "erp"), upn("upn-4", null)];
const user = { customUpns: [erp, crm, again, general], ...LAST_CHANGE };

test.each<[string | null | undefined, object[]]>([
  ["erp", [erp, again]],
  ...["ERP", " erp", "erp ", "er", "erp1", "null", "x".repeat(255)].map((key): [string, object[]] => [key, []]),
  ...[undefined, null, "", " \t"].map((key): [string | null | undefined, object[]] => [key, user.customUpns]),
])(
  "the response to clientUpnKey %j has the UPNs of exactly this key, or all without a key; nothing is written",
  async (key, expected) => {
    const { result, before, stored } = await syncOf(user, signIn(key === undefined ? {} : { clientUpnKey: key }));

    expect(result.user?.customUpns).toEqual(expected);
    expect(stored).toEqual(before);
  },
);

test("a sync that selects UPNs and changes the user keeps all stored UPNs", async () => {
  const { stored } = await syncOf(user, signIn({ clientUpnKey: "erp", attributes: { department: "Engines" } }));

  expect(stored?.customUpns).toEqual(user.customUpns);
});

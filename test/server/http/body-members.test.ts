import { describe, expect } from "vitest";
import { badInputs } from "../../helpers/bad-input.ts";
import { DEPARTMENT, goodBody } from "../../helpers/site.ts";
import { CONNECTION, names, signIn } from "../../helpers/stub.ts";
import { changed, refused, stores, storesGroups, taken, withAttributes } from "./body-cases.ts";

const { testEach } = badInputs();

describe("audience", () => {
  testEach([
    taken("B7 a good audience", goodBody, (_, { roles }) => expect(names(roles)).toEqual(["Engineer"])),
    refused("B7 audience missing", changed({ audience: undefined }), "/audience"),
    refused('B7 audience ""', changed({ audience: "" }), "/audience"),
    refused("B7 audience null", changed({ audience: null }), "/audience"),
    refused("B7 a number as audience", changed({ audience: 1 }), "/audience"),
    refused("B7 an array as audience", changed({ audience: ["planted"] }), "/audience"),
    taken('B8 audience " "', changed({ audience: " " }), (_, { roles }) => expect(roles).toEqual([])),
  ]);
});

describe("attributes", () => {
  const attributes = (value: unknown) => changed({ attributes: value });
  const unchanged = stores({ department: DEPARTMENT });
  testEach([
    refused("B9 attributes missing", attributes(undefined), "/attributes"),
    refused("B9 attributes null", attributes(null), "/attributes"),
    refused("B9 an object as attributes", attributes({ planted: "planted" }), "/attributes"),
    refused("B9 string items", attributes(["planted", "planted"]), "/attributes/0", "/attributes/1"),
    refused("B9 a null item", attributes([{ key: "planted" }, null]), "/attributes/1"),
    refused("B9 an item without key", attributes([{ value: "planted" }]), "/attributes/0/key"),
    refused('B9 the key ""', attributes([{ key: "", value: "planted" }]), "/attributes/0/key"),
    refused("B9 a value that is no string", attributes([{ key: "planted", value: 1 }]), "/attributes/0/value"),
    refused(
      "B9 all of it at once, with a wrong audience and connection,",
      { audience: "", attributes: ["planted", null, {}, { key: "" }, { key: 1, value: {} }], connection: null },
      ...["/audience", "/attributes/0", "/attributes/1", "/attributes/2/key", "/attributes/3/key"],
      ...["/attributes/4/key", "/attributes/4/value", "/connection"],
    ),
    taken("B10 attributes []", attributes([]), unchanged),
    taken("B10 a value null", attributes([{ key: "department", value: null }]), unchanged),
    taken("B10 a value missing", attributes([{ key: "department" }]), unchanged),
    taken(
      "B11 one key twice",
      attributes([
        { key: "level", value: "planted-1" },
        { key: "level", value: "planted-2" },
      ]),
      stores({ level: "planted-2" }),
    ),
    taken(
      "B11 one key twice, null at the end,",
      attributes([{ key: "department", value: "planted-1" }, { key: "department" }]),
      unchanged,
    ),
  ]);
});

describe("keys that mean something to JavaScript or to the eye", () => {
  const names = ["__proto__", "constructor", "toString", "then", "toJSON", "hasOwnProperty", "prototype", "length"];
  testEach([
    {
      // Of another user: u-ada gets the key in a test below, and tests run in any order.
      ...{ name: "B12 the key __proto__ with null", status: 200, path: "/v1/users/x%2Fy/$sync" },
      body: withAttributes('[{"key":"__proto__","value":null}]'),
      after: async (_, server) => expect((await server.user("x/y"))?.attributes ?? []).toEqual([]),
    },
    ...names.map((key) => {
      const value = `planted-${key}`;
      return taken(`B12 the key ${key}`, signIn({ attributes: [{ key, value }] }), stores(new Map([[key, value]])));
    }),
    taken(
      "B13 the NFC and the NFD form of one key",
      signIn({ attributes: { "zo\u00eb": "planted-nfc", "zoe\u0308": "planted-nfd" } }),
      stores({ "zo\u00eb": "planted-nfc", "zoe\u0308": "planted-nfd" }),
    ),
  ]);
});

describe("connection", () => {
  const connection = (value: unknown) => changed({ connection: value });
  const groups = (value: unknown) => connection({ connectionId: CONNECTION, groups: value });
  testEach([
    refused("B14 connection missing", connection(undefined), "/connection"),
    refused("B14 connection null", connection(null), "/connection"),
    refused("B14 a string as connection", connection("planted"), "/connection"),
    refused("B14 an array as connection", connection([]), "/connection"),
    refused("B14 connection {}", connection({}), "/connection/connectionId"),
    refused('B14 connectionId ""', connection({ connectionId: "" }), "/connection/connectionId"),
    refused("B14 groups a string", groups("planted"), "/connection/groups"),
    refused("B14 groups [1]", groups([1]), "/connection/groups/0"),
    refused("B14 groups with null", groups(["planted", null]), "/connection/groups/1"),
    taken("B15 groups of one", goodBody, storesGroups("engineers")),
    ...Object.entries({ null: null, absent: undefined, "[]": [] }).map(([name, value]) => {
      return taken(`B15 groups ${name}`, groups(value), (stored, result) => {
        storesGroups()(stored, result);
        expect(result.roles).toEqual([]);
      });
    }),
  ]);
});

describe("clientUpnKey", () => {
  const upnKey = (clientUpnKey: unknown) => changed({ clientUpnKey });
  testEach([
    taken("B16 clientUpnKey null", upnKey(null)),
    taken("B16 clientUpnKey of 255 characters", upnKey("x".repeat(255))),
    taken("B16 clientUpnKey of 255 emoji", upnKey("\u{1f600}".repeat(255))),
    refused("B17 clientUpnKey of 256 characters", upnKey("planted".padEnd(256, "x")), "/clientUpnKey"),
    refused("B17 clientUpnKey of 256 emoji", upnKey("\u{1f600}".repeat(256)), "/clientUpnKey"),
    refused("B17 a number as clientUpnKey", upnKey(1), "/clientUpnKey"),
  ]);
});

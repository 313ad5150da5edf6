import { describe, expect } from "vitest";
import { badInputs } from "../../helpers/bad-input.ts";
import { DEPARTMENT, goodBody } from "../../helpers/server-fixture.ts";
import { CONNECTION, names } from "../../helpers/stub.ts";
import { accepted, changed, rejected, stores } from "./body-cases.ts";

const { testEach } = badInputs();

describe("audience", () => {
  const invalid = { missing: undefined, '""': "", null: null, "a number": 1, "an array": ["planted"] };
  testEach([
    accepted("a good audience", goodBody, (_, { roles }) => expect(names(roles)).toEqual(["Engineer"])),
    accepted('audience " "', changed({ audience: " " }), (_, { roles }) => expect(roles).toEqual([])),
    ...Object.entries(invalid).map(([name, audience]) =>
      rejected(`audience: ${name}`, changed({ audience }), "/audience"),
    ),
  ]);
});

describe("attributes", () => {
  const attributes = (value: unknown) => changed({ attributes: value });
  const invalid = { missing: undefined, null: null, "an object": { planted: "planted" } };
  testEach([
    ...Object.entries(invalid).map(([name, value]) =>
      rejected(`attributes: ${name}`, attributes(value), "/attributes"),
    ),
    rejected("a list of strings", attributes(["planted", "planted"]), "/attributes/0", "/attributes/1"),
    rejected("an item null", attributes([{ key: "planted" }, null]), "/attributes/1"),
    rejected("an item without key", attributes([{ value: "planted" }]), "/attributes/0/key"),
    rejected('the key ""', attributes([{ key: "", value: "planted" }]), "/attributes/0/key"),
    rejected("a numeric value", attributes([{ key: "planted", value: 1 }]), "/attributes/0/value"),
    rejected(
      "a body with every kind of violation",
      { audience: "", attributes: ["planted", null, {}, { key: "" }, { key: 1, value: {} }], connection: null },
      ...["/audience", "/attributes/0", "/attributes/1", "/attributes/2/key", "/attributes/3/key"],
      ...["/attributes/4/key", "/attributes/4/value", "/connection"],
    ),
    accepted("an empty list", attributes([]), stores({ department: DEPARTMENT })),
  ]);
});

describe("connection", () => {
  const connection = (value: unknown) => changed({ connection: value });
  const groups = (value: unknown) => connection({ connectionId: CONNECTION, groups: value });
  const invalid = { missing: undefined, null: null, "a string": "planted", "an array": [] };
  testEach([
    ...Object.entries(invalid).map(([name, value]) =>
      rejected(`connection: ${name}`, connection(value), "/connection"),
    ),
    rejected("connection {}", connection({}), "/connection/connectionId"),
    rejected('connectionId ""', connection({ connectionId: "" }), "/connection/connectionId"),
    rejected("groups as a string", groups("planted"), "/connection/groups"),
    rejected("a numeric group", groups([1]), "/connection/groups/0"),
    rejected("a group null", groups(["planted", null]), "/connection/groups/1"),
  ]);
});

describe("clientUpnKey", () => {
  const valid = { null: null, "255 characters": "x".repeat(255), "255 emoji": "\u{1f600}".repeat(255) };
  const invalid = { "256 characters": "planted".padEnd(256, "x"), "256 emoji": "\u{1f600}".repeat(256), "a number": 1 };
  testEach([
    ...Object.entries(valid).map(([name, clientUpnKey]) =>
      accepted(`clientUpnKey: ${name}`, changed({ clientUpnKey })),
    ),
    ...Object.entries(invalid).map(([name, clientUpnKey]) =>
      rejected(`clientUpnKey: ${name}`, changed({ clientUpnKey }), "/clientUpnKey"),
    ),
  ]);
});

import { expect, test } from "vitest";
import { acme, put, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { atNow, attribute, custom, FUTURE, LAST_CHANGE, NOW, PAST, pointersOf } from "./samples.ts";

const MAX = 1_000;
const filled = (count: number) => Array.from({ length: count }, (_, index) => attribute(index + 1, `a${index}`, "x"));

test("an attribute that is new gets an id and never expires", async () => {
  const { server, client } = await startStubWithClient();

  const { user } = await client.syncUserIdentity("u-ada", signIn({ attributes: { department: "Engines" } }));

  const expected = [{ id: expect.any(Number), userId: "u-ada", name: "department", value: "Engines", expires: null }];
  expect(user?.attributes).toEqual(expected);
  expect((await server.user("u-ada"))?.attributes).toEqual(user?.attributes);
});

test("an attribute that has not expired keeps its id and its expiry", async () => {
  const attributes = [attribute(7, "department", "Engines", { expires: FUTURE }), attribute(9, "floor", "12")];
  const { server, client } = await startStubWithClient({ directory: acme({ user: { attributes } }), clock: atNow });

  await client.syncUserIdentity("u-ada", signIn({ attributes: { floor: "13", department: "Looms" } }));

  expect((await server.user("u-ada"))?.attributes).toEqual([
    attribute(7, "department", "Looms", { expires: FUTURE }),
    attribute(9, "floor", "13"),
  ]);
});

test.each([PAST, NOW])(
  "an attribute that expired at %s comes back with a new id and without expiry",
  async (expires) => {
    const attributes = [attribute(7, "department", "Engines", { expires }), attribute(3, "floor", "12")];
    const { server, client } = await startStubWithClient({ directory: acme({ user: { attributes } }), clock: atNow });

    await client.syncUserIdentity("u-ada", signIn({ attributes: { department: "Engines" } }));

    const stored = (await server.user("u-ada"))?.attributes ?? [];
    expect(stored.map(({ name, value, expires }) => ({ name, value, expires }))).toEqual([
      { name: "floor", value: "12", expires: null },
      { name: "department", value: "Engines", expires: null },
    ]);
    expect(stored.map(({ id }) => id)).not.toContain(7);
  },
);

test("no two attributes of a user have one id, whatever comes and goes", async () => {
  const attributes = [
    attribute(1, "one", "x"),
    attribute(6, "gone", "x", { expires: PAST }),
    attribute(5, "five", "x"),
  ];
  const { server, client } = await startStubWithClient({ directory: acme({ user: { attributes } }), clock: atNow });

  for (const names of [["a", "b", "one"], ["gone"], ["c", "five", "d"]]) {
    const asserted = Object.fromEntries(names.map((name) => [name, `new ${name}`]));
    await client.syncUserIdentity("u-ada", signIn({ attributes: asserted }));

    const ids = (await server.user("u-ada"))?.attributes?.map(({ id }) => id) ?? [];
    expect(ids).toEqual([...new Set(ids)]);
  }
  expect((await server.user("u-ada"))?.attributes).toHaveLength(7);
});

test("a value that is null or absent means no change, and makes no attribute", async () => {
  const attributes = [attribute(1, "department", "Engines"), attribute(2, "empty", null)];
  const { server, client } = await startStubWithClient({ directory: acme({ user: { attributes, ...LAST_CHANGE } }) });
  const asserted = [
    { key: "department", value: null },
    { key: "new", value: null },
    { key: "empty" },
    { key: "other" },
  ];

  await client.syncUserIdentity("u-ada", signIn({ attributes: asserted }));

  expect(await server.user("u-ada")).toMatchObject({ attributes, ...LAST_CHANGE });
});

test("an attribute that is not mentioned keeps its value", async () => {
  const attributes = [attribute(1, "department", "Engines"), attribute(2, "floor", "12", { expires: FUTURE })];
  const { server, client } = await startStubWithClient({ directory: acme({ user: { attributes } }), clock: atNow });

  await client.syncUserIdentity("u-ada", signIn({ attributes: { room: "7" } }));

  expect((await server.user("u-ada"))?.attributes).toEqual([...attributes, attribute(3, "room", "7")]);
});

test("a blank value of a custom attribute is a value", async () => {
  const { server, client } = await startStubWithClient({
    directory: acme({ user: { attributes: [attribute(1, "department", "Engines")] } }),
  });

  await client.syncUserIdentity("u-ada", signIn({ attributes: { department: "", floor: " " } }));

  expect(custom(await server.user("u-ada"))).toEqual([
    ["department", ""],
    ["floor", " "],
  ]);
});

test("an attribute without value gets one", async () => {
  const { server, client } = await startStubWithClient({
    directory: acme({ user: { attributes: [attribute(4, "department", null)] } }),
  });

  await client.syncUserIdentity("u-ada", signIn({ attributes: { department: "" } }));

  expect((await server.user("u-ada"))?.attributes).toEqual([attribute(4, "department", "")]);
});

test("names of custom attributes differ by case, blanks and Unicode form", async () => {
  const { server, client } = await startStubWithClient();
  const names = ["department", "Department", " department", "Zo\u00eb", "Zoe\u0308", " ", "\ufb01", "fi"];

  await client.syncUserIdentity("u-ada", signIn({ attributes: names.map((key) => ({ key, value: `of ${key}` })) }));

  expect(custom(await server.user("u-ada"))).toEqual(names.map((name) => [name, `of ${name}`]));
});

for (const { how, last, expected } of [
  { last: "last", expected: [["department", "last"]], how: "a value" },
  { last: null, expected: [], how: "null, which means no change" },
]) {
  test(`the last of two equal keys wins where it is ${how}`, async () => {
    const { server, client } = await startStubWithClient();
    const attributes = ["first", last].map((value) => ({ key: "department", value }));

    await client.syncUserIdentity("u-ada", signIn({ attributes }));

    expect(custom(await server.user("u-ada"))).toEqual(expected);
  });
}

test("names of Object.prototype are ordinary names and are kept", async () => {
  const { server, client } = await startStubWithClient();
  const names = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "then",
    "toJSON",
    "length",
    "0",
  ];
  const attributes = names.map((key) => ({ key, value: `of ${key}` }));

  const { user } = await client.syncUserIdentity("u-ada", signIn({ attributes }));
  await client.syncUserIdentity("u-ada", signIn({ attributes: [{ key: "__proto__", value: null }] }));

  const expected = names.map((name) => [name, `of ${name}`]);
  expect([custom(user), custom(await server.user("u-ada"))]).toEqual([expected, expected]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test(`a user can have ${MAX} custom attributes, and all of them can change`, async () => {
  const { server, client } = await startStubWithClient();
  const all = (value: string) => filled(MAX).map(({ name }) => ({ key: name, value }));

  await client.syncUserIdentity("u-ada", signIn({ attributes: all("x") }));
  const { user } = await client.syncUserIdentity("u-ada", signIn({ attributes: all("y") }));

  expect(user?.attributes).toEqual(filled(MAX).map((one) => ({ ...one, value: "y" })));
  expect((await server.user("u-ada"))?.attributes).toEqual(user?.attributes);
});

test(`beyond ${MAX} custom attributes each one that is new is refused, and nothing is written`, async () => {
  const { server } = await startStubWithClient({
    directory: acme({ user: { attributes: filled(MAX - 1), ...LAST_CHANGE } }),
  });
  const before = await server.user("u-ada");

  const attributes = { fits: "x", a0: "changed", nickname: "n", tooMany: "x", email: "x", another: "x" };
  const response = await put(server, { body: signIn({ groups: ["engineers"], attributes }) });

  expect(await pointersOf(response)).toEqual(["/attributes/3", "/attributes/5"]);
  expect(await server.user("u-ada")).toEqual(before);
});

test("at the limit, profile and reserved keys and null values still pass", async () => {
  const { server, client } = await startStubWithClient({ directory: acme({ user: { attributes: filled(MAX) } }) });

  const attributes = { nickname: "n", email: "x@acme.example", roles: "admin", unset: null, a7: "changed" };
  await client.syncUserIdentity("u-ada", signIn({ attributes }));

  const stored = await server.user("u-ada");
  expect(stored?.nickname).toBe("n");
  expect(custom(stored)).toEqual(filled(MAX).map(({ name }) => [name, name === "a7" ? "changed" : "x"]));
});

test("at the limit, an attribute that has expired can come back", async () => {
  const attributes = [...filled(MAX - 1), attribute(MAX, "gone", "x", { expires: PAST })];
  const { server, client } = await startStubWithClient({ directory: acme({ user: { attributes } }), clock: atNow });

  await client.syncUserIdentity("u-ada", signIn({ attributes: { gone: "back" } }));

  const stored = custom(await server.user("u-ada"));
  expect(stored).toHaveLength(MAX);
  expect(stored.at(-1)).toEqual(["gone", "back"]);
});

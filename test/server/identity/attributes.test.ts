import { expect, test } from "vitest";
import { put, signIn } from "../../helpers/stub.ts";
import { attribute, custom, FUTURE, LAST_CHANGE, NOW, PAST, pointersOf, startWith, syncOf } from "./samples.ts";

const MAX = 1_000;
const filled = (count: number) => Array.from({ length: count }, (_, index) => attribute(index + 1, `a${index}`, "x"));

test("a new attribute gets an id and never expires", async () => {
  const { result, stored } = await syncOf({}, signIn({ attributes: { department: "Engines" } }));

  const expected = [{ id: expect.any(Number), userId: "u-ada", name: "department", value: "Engines", expires: null }];
  expect(result.user?.attributes).toEqual(expected);
  expect(stored?.attributes).toEqual(result.user?.attributes);
});

test("an attribute that has not expired keeps its id and its expiry", async () => {
  const attributes = [attribute(7, "department", "Engines", { expires: FUTURE }), attribute(9, "floor", "12")];

  const { stored } = await syncOf({ attributes }, signIn({ attributes: { floor: "13", department: "Looms" } }));

  expect(stored?.attributes).toEqual([
    attribute(7, "department", "Looms", { expires: FUTURE }),
    attribute(9, "floor", "13"),
  ]);
});

test.each([PAST, NOW])("an attribute that expired at %s gets a new id and no expiry", async (expires) => {
  const attributes = [attribute(7, "department", "Engines", { expires }), attribute(3, "floor", "12")];

  const { stored } = await syncOf({ attributes }, signIn({ attributes: { department: "Engines" } }));

  expect(stored?.attributes).toEqual([attribute(3, "floor", "12"), attribute(8, "department", "Engines")]);
});

test("the ids of a user's attributes are unique after attributes expire and return", async () => {
  const attributes = [
    attribute(1, "one", "x"),
    attribute(6, "gone", "x", { expires: PAST }),
    attribute(5, "five", "x"),
  ];
  const { server, client } = await startWith({ attributes });

  for (const names of [["a", "b", "one"], ["gone"], ["c", "five", "d"]]) {
    const asserted = Object.fromEntries(names.map((name) => [name, `new ${name}`]));
    await client.syncUserIdentity("u-ada", signIn({ attributes: asserted }));
    const ids = (await server.user("u-ada"))?.attributes?.map(({ id }) => id) ?? [];
    expect(ids).toEqual([...new Set(ids)]);
  }
  expect((await server.user("u-ada"))?.attributes).toHaveLength(7);
});

test("a null or absent value changes nothing and creates no attribute", async () => {
  const user = { attributes: [attribute(1, "department", "Engines"), attribute(2, "empty", null)], ...LAST_CHANGE };
  const asserted = [
    { key: "department", value: null },
    { key: "new", value: null },
    ...[{ key: "empty" }, { key: "other" }],
  ];

  expect((await syncOf(user, signIn({ attributes: asserted }))).stored).toMatchObject(user);
});

test("an attribute that the request omits keeps its value", async () => {
  const attributes = [attribute(1, "department", "Engines"), attribute(2, "floor", "12", { expires: FUTURE })];

  const { stored } = await syncOf({ attributes }, signIn({ attributes: { room: "7" } }));

  expect(stored?.attributes).toEqual([...attributes, attribute(3, "room", "7")]);
});

test("a blank value of a custom attribute is stored, also in place of null", async () => {
  const attributes = [attribute(1, "department", "Engines"), attribute(4, "floor", null)];

  const { stored } = await syncOf({ attributes }, signIn({ attributes: { department: "", floor: "", room: " " } }));

  expect(stored?.attributes).toEqual([
    ...[attribute(1, "department", ""), attribute(4, "floor", ""), attribute(5, "room", " ")],
  ]);
});

test("names of custom attributes are distinct if case, spaces or Unicode form differ", async () => {
  const names = ["department", "Department", " department", "Zo\u00eb", "Zoe\u0308", " ", "\ufb01", "fi"];
  const attributes = names.map((key) => ({ key, value: `of ${key}` }));

  const { stored } = await syncOf({}, signIn({ attributes }));

  expect(custom(stored)).toEqual(names.map((name) => [name, `of ${name}`]));
});

test.each([
  { last: "last", expected: [["department", "last"]] },
  { last: null, expected: [] },
])("the last of two equal keys wins: $last", async ({ last, expected }) => {
  const attributes = ["first", last].map((value) => ({ key: "department", value }));

  expect(custom((await syncOf({}, signIn({ attributes }))).stored)).toEqual(expected);
});

test("names of members of Object.prototype are ordinary names", async () => {
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
  const { server, client } = await startWith();

  const attributes = names.map((key) => ({ key, value: `of ${key}` }));
  const { user } = await client.syncUserIdentity("u-ada", signIn({ attributes }));
  await client.syncUserIdentity("u-ada", signIn({ attributes: [{ key: "__proto__", value: null }] }));

  const expected = names.map((name) => [name, `of ${name}`]);
  expect([custom(user), custom(await server.user("u-ada"))]).toEqual([expected, expected]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test(`a user can have ${MAX} custom attributes, and one sync can change all of them`, async () => {
  const all = (value: string) => signIn({ attributes: filled(MAX).map(({ name }) => ({ key: name, value })) });
  const { server, client } = await startWith();

  await client.syncUserIdentity("u-ada", all("x"));
  const { user } = await client.syncUserIdentity("u-ada", all("y"));

  expect(user?.attributes).toEqual(filled(MAX).map((one) => ({ ...one, value: "y" })));
  expect((await server.user("u-ada"))?.attributes).toEqual(user?.attributes);
});

test(`new attributes beyond ${MAX} are violations, and nothing is written`, async () => {
  const { server } = await startWith({ attributes: filled(MAX - 1), ...LAST_CHANGE });
  const before = await server.user("u-ada");

  const attributes = { fits: "x", a0: "changed", nickname: "n", tooMany: "x", email: "x", another: "x" };
  const response = await put(server, { body: signIn({ groups: ["engineers"], attributes }) });

  expect(await pointersOf(response)).toEqual(["/attributes/3", "/attributes/5"]);
  expect(await server.user("u-ada")).toEqual(before);
});

test("a user at the limit can change attributes and profile; reserved keys and null values do not count", async () => {
  const attributes = { nickname: "n", email: "x@acme.example", roles: "admin", unset: null, a7: "changed" };

  const { stored } = await syncOf({ attributes: filled(MAX) }, signIn({ attributes }));

  expect(stored?.nickname).toBe("n");
  expect(custom(stored)).toEqual(filled(MAX).map(({ name }) => [name, name === "a7" ? "changed" : "x"]));
});

test("an expired attribute does not count towards the limit", async () => {
  const attributes = [...filled(MAX - 1), attribute(MAX, "gone", "x", { expires: PAST })];

  const { stored } = await syncOf({ attributes }, signIn({ attributes: { gone: "back" } }));

  expect(custom(stored)).toHaveLength(MAX);
  expect(custom(stored).at(-1)).toEqual(["gone", "back"]);
});

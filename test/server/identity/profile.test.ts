import { expect, test } from "vitest";
import { put, signIn } from "../../helpers/stub.ts";
import { custom, LAST_CHANGE, pointersOf, spellingsOf, startWith, syncOf } from "./samples.ts";

const SPELLINGS = [
  ["givenName", "givenName", 100],
  ["given_name", "givenName", 100],
  ["familyName", "familyName", 100],
  ["family_name", "familyName", 100],
  ["displayName", "displayName", 200],
  ["name", "displayName", 200],
  ["nickname", "nickname", 100],
  ["picture", "picture", 250],
  ["language", "language", undefined],
  ["locale", "language", undefined],
] as const;

const PROFILE = {
  ...{ givenName: "Ada", familyName: "King", displayName: "Ada King", nickname: "adk", language: "en-GB" },
  picture: "https://cdn.acme.example/ada.png",
  ...LAST_CHANGE,
};

test.each(SPELLINGS)("the claim %s sets only %s, in any case, and is not a custom attribute", async (key, field) => {
  const { server, client } = await startWith(PROFILE);
  const { modified: _modified, modifiedBy: _modifiedBy, ...others } = PROFILE;

  for (const spelled of spellingsOf(key)) {
    const { user } = await client.syncUserIdentity("u-ada", signIn({ attributes: { [spelled]: `by ${spelled}` } }));
    const stored = await server.user("u-ada");
    expect([user, stored]).toMatchObject(Array(2).fill({ ...others, [field]: `by ${spelled}` }));
    expect([custom(user), custom(stored)]).toEqual([[], []]);
  }
});

test.each(SPELLINGS)("the claim %s sets %s up to its maximum length in code points", async (key, field, max) => {
  const { server, client } = await startWith(PROFILE);

  for (const character of ["x", "\u{1f600}"]) {
    const value = character.repeat(max ?? 5_000);
    await client.syncUserIdentity("u-ada", signIn({ attributes: { [key]: value } }));
    const before = await server.user("u-ada");
    expect(before?.[field]).toBe(value);

    if (max === undefined) continue;
    const attributes = { department: "Engines", locale: "de", [key]: value + character };
    const response = await put(server, { body: signIn({ groups: ["engineers"], attributes }) });
    expect(await pointersOf(response)).toEqual(["/attributes/2/value"]);
    expect(await server.user("u-ada")).toEqual(before);
  }
});

test("one response lists all values that are too long", async () => {
  const { server } = await startWith();
  const long = "x".repeat(300);
  const attributes = { NAME: long, department: long, given_name: long, nickname: "fits", picture: long };

  const response = await put(server, { body: signIn({ attributes }) });

  expect(await pointersOf(response)).toEqual(["/attributes/0/value", "/attributes/2/value", "/attributes/4/value"]);
});

test.each([undefined, null, "", " ", "\t\r\n", "\u00a0", " ".repeat(301)])(
  "a value of %j is ignored",
  async (value) => {
    const attributes = SPELLINGS.map(([key]) => (value === undefined ? { key } : { key, value }));

    const { result, stored } = await syncOf(PROFILE, signIn({ attributes }));

    expect([result.user, stored]).toMatchObject([PROFILE, PROFILE]);
  },
);

test("a value is stored as sent, including spaces around it", async () => {
  const { stored } = await syncOf({}, signIn({ attributes: { name: " Ada\tKing " } }));

  expect(stored?.displayName).toBe(" Ada\tKing ");
});

test.each<[string, Record<string, string | null>[], object]>([
  [
    "of equal keys the last wins",
    [{ nickname: "first" }, { given_name: "First" }, { nickname: "last" }, { GIVEN_NAME: "Last" }],
    { nickname: "last", givenName: "Last" },
  ],
  [
    "of two spellings the last wins",
    [{ given_name: "First" }, { givenName: "Last" }, { language: "fr" }, { locale: "de" }],
    { givenName: "Last", language: "de" },
  ],
  [
    "the same spellings in reverse",
    [{ givenName: "Last" }, { given_name: "First" }, { locale: "de" }, { language: "fr" }],
    { givenName: "First", language: "fr" },
  ],
  ["of equal keys the last wins, and null changes nothing", [{ nickname: "first" }, { nickname: null }], PROFILE],
  [
    "spellings that are null or blank are ignored",
    [{ given_name: "Augusta" }, { givenName: null }, { GIVENNAME: " " }],
    { givenName: "Augusta" },
  ],
])("claims for one profile field are applied in order: %s", async (_, claims, expected) => {
  const attributes = claims.flatMap(Object.entries).map(([key, value]) => ({ key, value }));

  expect((await syncOf(PROFILE, signIn({ attributes }))).stored).toMatchObject(expected);
});

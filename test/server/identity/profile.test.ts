import { expect, test } from "vitest";
import type { User } from "../../../generated/types.ts";
import { acme, put, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { custom, LAST_CHANGE, pointersOf } from "./samples.ts";

type Field = "givenName" | "familyName" | "displayName" | "nickname" | "picture" | "language";

const SPELLINGS: [key: string, field: Field][] = [
  ["givenName", "givenName"],
  ["given_name", "givenName"],
  ["familyName", "familyName"],
  ["family_name", "familyName"],
  ["displayName", "displayName"],
  ["name", "displayName"],
  ["nickname", "nickname"],
  ["picture", "picture"],
  ["language", "language"],
  ["locale", "language"],
];

const LIMITS: [key: string, field: Field, max: number][] = [
  ["givenName", "givenName", 100],
  ["given_name", "givenName", 100],
  ["familyName", "familyName", 100],
  ["family_name", "familyName", 100],
  ["displayName", "displayName", 200],
  ["name", "displayName", 200],
  ["nickname", "nickname", 100],
  ["picture", "picture", 250],
];

/** A profile in which every field has a value. */
const PROFILE: Record<Field, string> = {
  givenName: "Ada",
  familyName: "King",
  displayName: "Ada King",
  nickname: "adk",
  picture: "https://cdn.acme.example/ada.png",
  language: "en-GB",
};

test.each(SPELLINGS)("the claim %s sets %s and is no custom attribute", async (key, field) => {
  const { server, client } = await startStubWithClient();

  const { user } = await client.syncUserIdentity("u-ada", signIn({ attributes: { [key]: "Neu" } }));

  const stored = await server.user("u-ada");
  expect([user?.[field], stored?.[field]]).toEqual(["Neu", "Neu"]);
  expect([custom(user), custom(stored)]).toEqual([[], []]);
});

test.each(SPELLINGS)("the claim %s sets %s in any case", async (key, field) => {
  const { server, client } = await startStubWithClient();

  for (const spelled of [key.toUpperCase(), key.toLowerCase(), key.charAt(0).toUpperCase() + key.slice(1)]) {
    await client.syncUserIdentity("u-ada", signIn({ attributes: { [spelled]: `by ${spelled}` } }));

    expect(await server.user("u-ada")).toMatchObject({ [field]: `by ${spelled}` });
  }
  expect(custom(await server.user("u-ada"))).toEqual([]);
});

test.each(LIMITS)("the claim %s: %s takes %i code points", async (key, field, max) => {
  const { server, client } = await startStubWithClient();

  for (const value of ["x".repeat(max), "\u{1f600}".repeat(max)]) {
    await client.syncUserIdentity("u-ada", signIn({ attributes: { [key]: value } }));

    expect((await server.user("u-ada"))?.[field]).toBe(value);
  }
});

test.each(LIMITS)("the claim %s: %s does not take more than %i code points", async (key, _field, max) => {
  const { server } = await startStubWithClient({ directory: acme({ user: { ...PROFILE, ...LAST_CHANGE } }) });
  const before = await server.user("u-ada");

  for (const value of ["x".repeat(max + 1), "\u{1f600}".repeat(max + 1)]) {
    const attributes = { department: "Engines", locale: "de", [key]: value };
    const response = await put(server, { body: signIn({ groups: ["engineers"], attributes }) });

    expect(await pointersOf(response)).toEqual(["/attributes/2/value"]);
  }
  expect(await server.user("u-ada")).toEqual(before);
});

test("all values that are too long are reported at once", async () => {
  const { server } = await startStubWithClient();
  const long = "x".repeat(300);

  const response = await put(server, {
    body: signIn({ attributes: { NAME: long, department: long, given_name: long, nickname: "fits", picture: long } }),
  });

  const pointers = await pointersOf(response);
  expect(pointers.sort()).toEqual(["/attributes/0/value", "/attributes/2/value", "/attributes/4/value"]);
});

test.each(["language", "locale"])("the claim %s has no limit", async (key) => {
  const { server, client } = await startStubWithClient();

  await client.syncUserIdentity("u-ada", signIn({ attributes: { [key]: "x".repeat(5_000) } }));

  expect((await server.user("u-ada"))?.language).toBe("x".repeat(5_000));
});

test.each(["", " ", "\t\r\n", "\u00a0"])("a blank value (%j) is ignored", async (blank) => {
  const { server, client } = await startStubWithClient({ directory: acme({ user: { ...PROFILE, ...LAST_CHANGE } }) });
  const attributes = SPELLINGS.map(([key]) => ({ key, value: blank }));

  const { user } = await client.syncUserIdentity("u-ada", signIn({ attributes }));

  expect(user).toMatchObject({ ...PROFILE, ...LAST_CHANGE });
  expect(await server.user("u-ada")).toMatchObject({ ...PROFILE, ...LAST_CHANGE, identities: user?.identities });
});

test("a value that is null or absent means no change", async () => {
  const { server, client } = await startStubWithClient({ directory: acme({ user: { ...PROFILE, ...LAST_CHANGE } }) });
  const nulls = SPELLINGS.map(([key]) => ({ key, value: null }));
  const absent = SPELLINGS.map(([key]) => ({ key }));

  await client.syncUserIdentity("u-ada", signIn({ attributes: nulls }));
  await client.syncUserIdentity("u-ada", signIn({ attributes: absent }));

  expect(await server.user("u-ada")).toMatchObject({ ...PROFILE, ...LAST_CHANGE });
});

test.each(SPELLINGS)("the claim %s changes %s alone", async (key, field) => {
  const { server, client } = await startStubWithClient({ directory: acme({ user: PROFILE }) });

  await client.syncUserIdentity("u-ada", signIn({ attributes: { [key]: "Neu" } }));

  expect(await server.user("u-ada")).toMatchObject({ ...PROFILE, [field]: "Neu" });
});

test("a value is stored as sent, blanks around it too", async () => {
  const { server, client } = await startStubWithClient();

  await client.syncUserIdentity("u-ada", signIn({ attributes: { name: " Ada\tKing " } }));

  expect((await server.user("u-ada"))?.displayName).toBe(" Ada\tKing ");
});

test("the last of two equal keys wins", async () => {
  const { server, client } = await startStubWithClient({ directory: acme({ user: PROFILE }) });
  const attributes = [
    { key: "nickname", value: "first" },
    { key: "given_name", value: "First" },
    { key: "nickname", value: "last" },
    { key: "GIVEN_NAME", value: "Last" },
  ];

  await client.syncUserIdentity("u-ada", signIn({ attributes }));

  expect(await server.user("u-ada")).toMatchObject({ nickname: "last", givenName: "Last" });
});

test("claims are taken in order: of two spellings of one field the last wins", async () => {
  const { server, client } = await startStubWithClient();
  const attributes = [
    { key: "given_name", value: "First" },
    { key: "givenName", value: "Last" },
    { key: "locale", value: "de" },
    { key: "language", value: "fr" },
  ];

  await client.syncUserIdentity("u-ada", signIn({ attributes }));
  expect(await server.user("u-ada")).toMatchObject({ givenName: "Last", language: "fr" });

  await client.syncUserIdentity("u-ada", signIn({ attributes: attributes.toReversed() }));
  expect(await server.user("u-ada")).toMatchObject({ givenName: "First", language: "de" });
});

test("the last of two equal keys wins where it is null: nothing changes", async () => {
  const { server, client } = await startStubWithClient({ directory: acme({ user: { ...PROFILE, ...LAST_CHANGE } }) });
  const attributes = [
    { key: "nickname", value: "first" },
    { key: "nickname", value: null },
  ];

  await client.syncUserIdentity("u-ada", signIn({ attributes }));

  expect(await server.user("u-ada")).toMatchObject({ nickname: "adk", ...LAST_CHANGE } satisfies Partial<User>);
});

test("a spelling without a value does not take back what another one said", async () => {
  const { server, client } = await startStubWithClient();
  const attributes = [
    { key: "given_name", value: "Ada" },
    { key: "givenName", value: null },
    { key: "GIVENNAME", value: " " },
  ];
  await client.syncUserIdentity("u-ada", signIn({ attributes }));
  expect((await server.user("u-ada"))?.givenName).toBe("Ada");
});

test("a blank value is ignored however long it is", async () => {
  const { server, client } = await startStubWithClient();
  await client.syncUserIdentity("u-ada", signIn({ attributes: { nickname: " ".repeat(101) } }));
  expect((await server.user("u-ada"))?.nickname).toBeUndefined();
});

import { expect, test } from "vitest";
import { acme, signIn, startStubWithClient } from "../../helpers/stub.ts";

const everyName = {
  displayName: "Countess of Lovelace",
  givenName: "Augusta Ada",
  familyName: "King-Noel",
  nickname: "Babbage's friend",
  username: "ada.king",
  emailAddress: "ada@acme.example",
};

test.each([
  { stored: everyName, displayName: "Countess of Lovelace" },
  { stored: { ...everyName, displayName: null }, displayName: "Augusta Ada King-Noel" },
  { stored: { ...everyName, displayName: "" }, displayName: "Augusta Ada King-Noel" },
  { stored: { ...everyName, displayName: " " }, displayName: "Augusta Ada King-Noel" },
  { stored: { ...everyName, displayName: null, familyName: null }, displayName: "Augusta Ada" },
  { stored: { ...everyName, displayName: null, givenName: " " }, displayName: "King-Noel" },
  { stored: { nickname: "adk", username: "ada.king", emailAddress: "ada@acme.example" }, displayName: "adk" },
  { stored: { nickname: "", username: "ada.king", emailAddress: "ada@acme.example" }, displayName: "ada.king" },
  { stored: { username: " ", emailAddress: "ada@acme.example" }, displayName: "ada@acme.example" },
  { stored: { emailAddress: null }, displayName: "u-ada" },
  { stored: {}, displayName: "u-ada" },
])("the display name is the nearest name that is known: $displayName", async ({ stored, displayName }) => {
  const { client } = await startStubWithClient({ directory: acme({ user: stored }) });

  const result = await client.syncUserIdentity("u-ada", signIn());

  expect(result).toMatchObject({ userId: "u-ada", displayName });
});

test.each([
  { stored: everyName, givenName: "Augusta Ada", familyName: "King-Noel" },
  { stored: { displayName: "Ada" }, givenName: "Ada", familyName: "Ada" },
  { stored: { displayName: "Ada King Noel" }, givenName: "Ada", familyName: "King Noel" },
  { stored: { displayName: "Ada King", familyName: "Noel" }, givenName: "Ada", familyName: "Noel" },
  { stored: { displayName: "Ada King", givenName: "Augusta" }, givenName: "Augusta", familyName: "King" },
  { stored: { displayName: "Ada King", givenName: " ", familyName: "" }, givenName: "Ada", familyName: "King" },
  { stored: { displayName: " Ada\tKing " }, givenName: "Ada", familyName: "King" },
  { stored: { givenName: "Augusta Ada" }, givenName: "Augusta Ada", familyName: "Ada" },
  { stored: { givenName: "Ada" }, givenName: "Ada", familyName: "Ada" },
  { stored: { familyName: "King Noel" }, givenName: "King", familyName: "King Noel" },
  { stored: { nickname: "ada k" }, givenName: "ada", familyName: "k" },
  { stored: { emailAddress: "ada@acme.example" }, givenName: "ada@acme.example", familyName: "ada@acme.example" },
  { stored: {}, givenName: "u-ada", familyName: "u-ada" },
])("names that are not stored are taken from the display name: $stored", async ({ stored, givenName, familyName }) => {
  const { client } = await startStubWithClient({ directory: acme({ user: stored }) });

  const result = await client.syncUserIdentity("u-ada", signIn());

  expect(result).toMatchObject({ givenName, familyName });
});

test("an id that is a blank still gives names", async () => {
  const directory = acme();
  const users = directory.users.map((user) => ({ ...user, id: " " }));
  const { client } = await startStubWithClient({ directory: { ...directory, users } });

  const result = await client.syncUserIdentity(" ", signIn());

  expect(result).toMatchObject({ userId: " ", displayName: " ", givenName: " ", familyName: " " });
});

test("names asserted by this very sign-in count", async () => {
  const { client } = await startStubWithClient({ directory: acme({ user: { username: "ada.king" } }) });

  const result = await client.syncUserIdentity(
    "u-ada",
    signIn({ attributes: { given_name: "Ada", family_name: "K" } }),
  );

  expect(result).toMatchObject({ displayName: "Ada K", givenName: "Ada", familyName: "K" });
});

test("names that were made up are neither stored nor shown as the user's own", async () => {
  const { server, client } = await startStubWithClient({ directory: acme({ user: { username: "ada king" } }) });

  const { user } = await client.syncUserIdentity("u-ada", signIn({ attributes: { department: "Engines" } }));

  expect(user).toMatchObject({ displayName: null, givenName: null, familyName: null });
  const stored = await server.user("u-ada");
  expect([stored?.displayName ?? null, stored?.givenName ?? null, stored?.familyName ?? null]).toEqual([
    null,
    null,
    null,
  ]);
});

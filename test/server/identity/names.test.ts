import { expect, test } from "vitest";
import { acme, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { syncOf } from "./samples.ts";

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
])("the display name falls back to the other stored names: $displayName", async ({ stored, displayName }) => {
  const { result } = await syncOf(stored);

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
])("given and family name fall back to parts of the display name: $stored", async ({ stored, ...expected }) => {
  const { result } = await syncOf(stored);

  expect(result).toMatchObject(expected);
});

test("a blank id yields names that are not empty", async () => {
  const directory = acme();
  const users = directory.users.map((user) => ({ ...user, id: " " }));
  const { client } = await startStubWithClient({ directory: { ...directory, users } });

  const result = await client.syncUserIdentity(" ", signIn());

  expect(result).toMatchObject({ userId: " ", displayName: " ", givenName: " ", familyName: " " });
});

test("names that the same request asserts are used", async () => {
  const asserted = signIn({ attributes: { given_name: "Ada", family_name: "K" } });

  const { result } = await syncOf({ username: "ada.king" }, asserted);

  expect(result).toMatchObject({ displayName: "Ada K", givenName: "Ada", familyName: "K" });
});

test("derived names are neither stored nor shown in the user", async () => {
  const { result, stored } = await syncOf({ username: "ada king" }, signIn({ attributes: { department: "Engines" } }));

  const unset = { displayName: null, givenName: null, familyName: null };
  expect(result.user).toMatchObject(unset);
  expect({ ...unset, ...stored }).toMatchObject(unset);
});

import { expect, test } from "vitest";
import type { User } from "../../../generated/types.ts";
import { signIn, startStubWithClient } from "../../helpers/stub.ts";
import { temporaryDatabase } from "../../helpers/temporary-folder.ts";
import { atNow, custom } from "./samples.ts";

/** A sign-in with one token in three places. */
const signInWith = (token: string) =>
  signIn({ groups: [`group-${token}`], attributes: { token, nickname: token, [`only-${token}`]: token } });

/** The tokens in the three places of a user. */
const tokensOf = (user: User | undefined) => [
  new Map(custom(user)).get("token"),
  user?.nickname,
  user?.identities?.[0]?.groups?.join().replace("group-", ""),
];

test("repeated requests, concurrent and serial, lead to one state and one response", async () => {
  const { server, client } = await startStubWithClient({ clock: atNow });
  const send = () => client.syncUserIdentity("u-ada", signInWith("t"));

  const responses = await Promise.all(Array.from({ length: 10 }, send));
  const stored = await server.user("u-ada");
  for (let round = 0; round < 5; round += 1) responses.push(await send());

  expect(responses).toEqual(responses.map(() => responses[0]));
  expect(await server.user("u-ada")).toEqual(stored);
  expect(custom(stored)).toEqual([
    ["token", "t"],
    ["only-t", "t"],
  ]);
});

test.each([":memory:", "a file"])("concurrent syncs of one user are atomic, with the database %s", async (where) => {
  const database = where === ":memory:" ? where : temporaryDatabase();
  const { server, client } = await startStubWithClient({ database });
  const tokens = Array.from({ length: 32 }, (_, index) => `t${index}`);

  const reads: Promise<User | undefined>[] = [];
  const responses = await Promise.all(
    tokens.map(async (token) => {
      const { user } = await client.syncUserIdentity("u-ada", signInWith(token));
      reads.push(server.user("u-ada"));
      return tokensOf(user);
    }),
  );

  expect(responses).toEqual(tokens.map((token) => [token, token, token]));
  for (const seen of [...(await Promise.all(reads)), await server.user("u-ada")].map(tokensOf)) {
    expect(tokens).toContain(seen[0]);
    expect(new Set(seen).size).toBe(1);
  }
  // Each request added its own attribute with its own id.
  const stored = (await server.user("u-ada"))?.attributes ?? [];
  expect(stored.map(({ name }) => name).sort()).toEqual(["token", ...tokens.map((token) => `only-${token}`)].sort());
  expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
});

import { expect, test } from "vitest";
import { createTokenCache } from "../../../server/auth/token-cache.ts";

const START = 1_700_000_000_000;
const KEY = {};

/** A cache, and the number of tokens that had to be verified. */
function openCache() {
  const callerOf = createTokenCache();
  let verified = 0;
  const ask = async (token: string, { now = START, key = KEY, endsAt = START + 60_000 } = {}) => {
    const { id } = await callerOf(token, { key, now }, async () => {
      verified += 1;
      return { caller: { id: `of ${token}`, permissions: [] }, endsAt };
    });
    return id;
  };
  return { ask, verified: () => verified };
}

test("each token is verified once until it expires, and for five minutes at most", async () => {
  const { ask, verified } = openCache();
  expect([await ask("a"), await ask("a"), await ask("b"), await ask("a")]).toEqual(["of a", "of a", "of b", "of a"]);
  await ask("a", { now: START + 59_999 });
  expect(verified()).toBe(2);
  await ask("a", { now: START + 60_000 });
  expect(verified()).toBe(3);

  const endsAt = START + 86_400_000;
  for (const now of [START, START + 299_999, START + 300_000]) await ask("long", { now, endsAt });
  expect(verified()).toBe(5);
});

test("a token is verified again when the clock is set back, and for another key with its id", async () => {
  const { ask, verified } = openCache();
  await ask("a");
  await ask("a", { now: START - 1 });
  await ask("a", { key: {} });
  expect(verified()).toBe(3);
});

test("a refusal is not cached", async () => {
  const callerOf = createTokenCache();
  const refuse = () => Promise.reject(new RangeError("refused"));
  await expect(callerOf("a", { key: KEY, now: START }, refuse)).rejects.toThrow("refused");
  const verify = async () => ({ caller: { id: "later", permissions: [] }, endsAt: START + 1 });
  expect(await callerOf("a", { key: KEY, now: START }, verify)).toMatchObject({ id: "later" });
});

test("a thousand tokens are cached, the oldest is dropped for one more, and tokens over 8 kB are not cached", async () => {
  const { ask, verified } = openCache();
  for (let index = 0; index < 1_000; index += 1) await ask(`t-${index}`);
  await ask("t-0");
  expect(verified()).toBe(1_000);
  await ask("one more");
  await ask("t-1");
  expect(verified()).toBe(1_001);
  await ask("t-0");
  expect(verified()).toBe(1_002);
  for (const token of ["x".repeat(8_192), "x".repeat(8_193)]) expect(await ask(token)).toBe(await ask(token));
  expect(verified()).toBe(1_005);
});

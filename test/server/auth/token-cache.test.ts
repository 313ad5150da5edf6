import { expect, test } from "vitest";
import { createTokenCache } from "../../../server/auth/token-cache.ts";

const START = 1_700_000_000_000;
const KEY = {};

/** A cache, and the number of tokens that had to be verified. */
function openCache() {
  const callerOf = createTokenCache();
  let verified = 0;
  const lookUp = async (token: string, { now = START, key = KEY, endsAt = START + 60_000 } = {}) => {
    const { id } = await callerOf(token, { key, now }, async () => {
      verified += 1;
      return { caller: { id: `of ${token}`, permissions: [] }, endsAt };
    });
    return id;
  };
  return { lookUp, verified: () => verified };
}

test("each token is verified once until it expires, and for five minutes at most", async () => {
  const { lookUp, verified } = openCache();
  expect([await lookUp("a"), await lookUp("a"), await lookUp("b"), await lookUp("a")]).toEqual([
    "of a",
    "of a",
    "of b",
    "of a",
  ]);
  await lookUp("a", { now: START + 59_999 });
  expect(verified()).toBe(2);
  await lookUp("a", { now: START + 60_000 });
  expect(verified()).toBe(3);

  const endsAt = START + 86_400_000;
  for (const now of [START, START + 299_999, START + 300_000]) await lookUp("long", { now, endsAt });
  expect(verified()).toBe(5);
});

test("a token is verified again when the clock is set back, and when its kid has another key", async () => {
  const { lookUp, verified } = openCache();
  await lookUp("a");
  await lookUp("a", { now: START - 1 });
  await lookUp("a", { key: {} });
  expect(verified()).toBe(3);
});

test("a rejection is not cached", async () => {
  const callerOf = createTokenCache();
  const refuse = () => Promise.reject(new RangeError("refused"));
  await expect(callerOf("a", { key: KEY, now: START }, refuse)).rejects.toThrow("refused");
  const verify = async () => ({ caller: { id: "later", permissions: [] }, endsAt: START + 1 });
  expect(await callerOf("a", { key: KEY, now: START }, verify)).toMatchObject({ id: "later" });
});

test("a thousand tokens are cached, one more evicts the oldest, and tokens over 8 kB are not cached", async () => {
  const { lookUp, verified } = openCache();
  for (let index = 0; index < 1_000; index += 1) await lookUp(`t-${index}`);
  await lookUp("t-0");
  expect(verified()).toBe(1_000);
  await lookUp("one more");
  await lookUp("t-1");
  expect(verified()).toBe(1_001);
  await lookUp("t-0");
  expect(verified()).toBe(1_002);
  for (const token of ["x".repeat(8_192), "x".repeat(8_193)]) expect(await lookUp(token)).toBe(await lookUp(token));
  expect(verified()).toBe(1_005);
});

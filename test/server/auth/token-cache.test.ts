import { expect, test } from "vitest";
import { createTokenMemory } from "../../../server/auth/token-cache.ts";

const key = {};
const start = 1_700_000_000_000;
const exp = start / 1_000 + 60;

/** A memory with 5 s of tolerance, and how often it had to verify. */
function memory() {
  const remember = createTokenMemory(5);
  let verified = 0;
  const ask = async (token: string, { now = start, by = key, ends = exp } = {}) => {
    const { sub } = await remember(token, { key: by, now }, async () => {
      verified += 1;
      return { sub: `of ${token}`, exp: ends };
    });
    return sub;
  };
  return { ask, verified: () => verified };
}

test("a token is verified once, each for itself", async () => {
  const { ask, verified } = memory();

  expect([await ask("a"), await ask("a"), await ask("b"), await ask("a")]).toEqual(["of a", "of a", "of b", "of a"]);
  expect(verified()).toBe(2);
});

test("it is remembered until it expires, tolerance included", async () => {
  const { ask, verified } = memory();
  await ask("a");

  await ask("a", { now: start + 64_999 });
  expect(verified()).toBe(1);
  await ask("a", { now: start + 65_000 });
  expect(verified()).toBe(2);
});

test("a clock that is put back makes it unknown, and so does another key under its id", async () => {
  const { ask, verified } = memory();
  await ask("a");

  await ask("a", { now: start - 1 });
  expect(verified()).toBe(2);
  await ask("a", { by: {} });
  expect(verified()).toBe(3);
});

test("what is refused is not remembered", async () => {
  const remember = createTokenMemory(5);
  const refuse = () => Promise.reject(new RangeError("refused"));

  await expect(remember("a", { key, now: start }, refuse)).rejects.toThrow("refused");
  expect(await remember("a", { key, now: start }, async () => ({ sub: "later" }))).toEqual({ sub: "later" });
});

test("a thousand tokens are remembered; one more, and all are verified anew", async () => {
  const { ask, verified } = memory();
  for (let index = 0; index < 1_000; index += 1) await ask(`t-${index}`);
  await ask("t-0");
  expect(verified()).toBe(1_000);

  await ask("one more");
  await ask("t-0");
  expect(verified()).toBe(1_002);
});

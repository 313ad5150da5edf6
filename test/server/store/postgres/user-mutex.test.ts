import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createUserMutex } from "../../../../server/store/postgres/sync.ts";

test("work of one name goes one after the other, as it came; other work goes on beside it", async () => {
  const inTurn = createUserMutex();
  const said: string[] = [];
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const first = inTurn("a", async () => {
    said.push("a1 begins");
    await held;
    said.push("a1 ends");
  });
  const second = inTurn("a", async () => said.push("a2"));
  await inTurn("b", async () => said.push("b"));
  await setImmediate();
  expect(said).toEqual(["a1 begins", "b"]);

  release();
  await Promise.all([first, second]);
  expect(said).toEqual(["a1 begins", "b", "a1 ends", "a2"]);
});

test("work that fails fails alone, and the next has its turn", async () => {
  const inTurn = createUserMutex();
  const first = inTurn("a", () => Promise.reject(new Error("not this one")));
  const second = inTurn("a", async () => "this one");

  await expect(first).rejects.toThrow("not this one");
  expect(await second).toBe("this one");
});

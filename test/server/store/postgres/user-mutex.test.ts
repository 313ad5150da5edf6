import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createUserMutex } from "../../../../server/store/postgres/sync.ts";

test("work for one user runs in order of arrival, work for other users concurrently", async () => {
  const withMutex = createUserMutex();
  const events: string[] = [];
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const first = withMutex("a", async () => {
    events.push("a1 starts");
    await held;
    events.push("a1 ends");
  });
  const second = withMutex("a", async () => events.push("a2"));
  await withMutex("b", async () => events.push("b"));
  await setImmediate();
  expect(events).toEqual(["a1 starts", "b"]);

  release();
  await Promise.all([first, second]);
  expect(events).toEqual(["a1 starts", "b", "a1 ends", "a2"]);
});

test("failing work does not affect the work queued after it", async () => {
  const withMutex = createUserMutex();
  const first = withMutex("a", () => Promise.reject(new Error("not this one")));
  const second = withMutex("a", async () => "this one");

  await expect(first).rejects.toThrow("not this one");
  expect(await second).toBe("this one");
});

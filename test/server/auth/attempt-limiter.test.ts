import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createAttemptLimiter } from "../../../server/auth/attempt-limiter.ts";

/** A limiter whose clock the test sets, in seconds. */
function openLimiter() {
  const time = { seconds: 0 };
  const attemptOf = createAttemptLimiter(() => new Date(time.seconds * 1_000));
  const attempt = (id: string, { address = "192.0.2.1", exists = true } = {}) => attemptOf({ id, address, exists });
  const fail = (id: string, times: number, options = {}) => {
    for (let count = 1; count <= times; count += 1) attempt(id, options).fail();
  };
  return { time, attempt, fail };
}

test("a flood of invented ids does not evict the count of an existing one", () => {
  const { attempt, fail } = openLimiter();
  fail("key", 10);
  fail("invented", 10, { exists: false });
  expect(attempt("invented", { exists: false }).secondsToWait).toBe(60);
  for (let index = 0; index < 10_000; index += 1) fail(`invented-${index}`, 1, { exists: false });
  expect(attempt("key").secondsToWait).toBe(60);
  expect(attempt("invented", { exists: false }).secondsToWait).toBe(0);
});

test("20,000 failures with ids of 11 kB take less than 10 MB", () => {
  setFlagsFromString("--expose-gc");
  const heapUsed = () => {
    runInNewContext("gc")();
    return process.memoryUsage().heapUsed;
  };
  const { attempt, fail } = openLimiter();
  const before = heapUsed();
  for (let index = 0; index < 20_000; index += 1) fail(`${index}-${"x".repeat(11_000)}`, 1, { exists: false });
  expect(heapUsed() - before).toBeLessThan(10_000_000);
  expect(attempt("key").secondsToWait).toBe(0);
});

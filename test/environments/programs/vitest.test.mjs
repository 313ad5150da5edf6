import * as client from "nexus-sync-client";
import { scenario } from "./scenario.cjs";

const { ENVIRONMENT, EXPECTED } = process.env;

// In real time, the two pauses would take longer than a test may.
test("the pauses between attempts pass in fake time", async () => {
  vi.useFakeTimers();
  const waits = [];
  const onEvent = ({ type, waitMs }) => {
    if (type !== "retry") return;
    waits.push(waitMs);
    vi.advanceTimersByTimeAsync(waitMs);
  };
  expect(await scenario(client, ENVIRONMENT, { onEvent })).toEqual(JSON.parse(EXPECTED));
  expect(waits).toEqual([5_000, 5_000]);
});

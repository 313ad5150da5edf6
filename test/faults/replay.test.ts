import { expect, test } from "vitest";
import { startFaultServer } from "../client/fault-server.ts";
import { replayProblems } from "./replay.ts";

/** The replay on a server that sends these responses in order, and then repeats the last one. */
async function replayOn(
  responses: { status?: number; body: string }[],
  stored: { users: unknown[]; rows: number }[] = [],
) {
  const left = [...responses];
  const { url, seen } = await startFaultServer((_, response) => {
    const { status = 200, body } = (left.length > 1 ? left.shift() : left[0]) ?? { body: "" };
    response.writeHead(status, { "Content-Length": Buffer.byteLength(body) }).end(body);
  });
  const reads = [...stored];
  const read = () => reads.shift() ?? { users: [], rows: 1 };
  const problems = await replayProblems([{ url, authorization: "Basic none" }], "u-1", read);
  return { problems, requests: seen.length };
}

test("20 repetitions with equal responses and equal rows have no violations", async () => {
  expect(await replayOn([{ body: "{}" }])).toEqual({ problems: [], requests: 21 });
});

test.for<[string, Parameters<typeof replayOn>, RegExp]>([
  ["a different response", [[{ body: "first" }, { body: "second" }]], /^rule 5: 200 second instead of 200 first$/],
  ["an error response", [[{ status: 503, body: "away" }]], /^rule 5: the first response was 503 away$/],
  ["a changed user", [[{ body: "{}" }], [{ users: [1], rows: 1 }]], /^rule 5: users have changed$/],
  ["an additional row", [[{ body: "{}" }], [{ users: [], rows: 0 }]], /^rule 5: 1 rows instead of 0$/],
])("rule 5: %s is reported", async ([, [responses, stored], problem]) => {
  const { problems } = await replayOn(responses, stored);
  expect(problems.length).toBeGreaterThan(0);
  for (const found of problems) expect(found).toMatch(problem);
});

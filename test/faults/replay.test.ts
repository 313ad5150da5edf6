import { expect, test } from "vitest";
import { startFaultServer } from "../client/fault-server.ts";
import { replayProblems } from "./replay.ts";

/** A server that gives the answers in turn, the last one from then on. */
async function replayOn(
  answers: { status?: number; body: string }[],
  stored: { users: unknown[]; rows: number }[] = [],
) {
  const left = [...answers];
  const { url, seen } = await startFaultServer((_, response) => {
    const { status = 200, body } = (left.length > 1 ? left.shift() : left[0]) ?? { body: "" };
    response.writeHead(status, { "Content-Length": Buffer.byteLength(body) }).end(body);
  });
  const reads = [...stored];
  const read = () => reads.shift() ?? { users: [], rows: 1 };
  const problems = await replayProblems([{ url, authorization: "Basic none" }], "u-1", read);
  return { problems, requests: seen.length };
}

test("a request with the same answer and the same rows each time, ten in turn and ten at once, is no problem", async () => {
  expect(await replayOn([{ body: "{}" }])).toEqual({ problems: [], requests: 21 });
});

test.for<[string, Parameters<typeof replayOn>, RegExp]>([
  ["an answer that differs", [[{ body: "first" }, { body: "second" }]], /^rule 5: 200 second instead of 200 first$/],
  ["a refusal", [[{ status: 503, body: "away" }]], /^rule 5: the first answer was 503 away$/],
  ["a user that changes", [[{ body: "{}" }], [{ users: [1], rows: 1 }]], /^rule 5: users have changed$/],
  ["a row more", [[{ body: "{}" }], [{ users: [], rows: 0 }]], /^rule 5: 1 rows instead of 0$/],
])("rule 5: %s is found", async ([, [answers, stored], problem]) => {
  const { problems } = await replayOn(answers, stored);
  expect(problems.length).toBeGreaterThan(0);
  for (const found of problems) expect(found).toMatch(problem);
});

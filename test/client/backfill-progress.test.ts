import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BASIC, backfill, collectOutput, line, lines, temporaryPaths } from "./backfill-call.ts";
import { JSON_TYPE, startFaultServer } from "./fault-server.ts";

const CLEARED = "\u001b[1G\u001b[0J";

/** An input of this many items, and the arguments that send it to a server that needs 40 ms for one. */
async function slowBackfill(count: number) {
  const { url, seen } = await startFaultServer(
    (_, response) => void setTimeout(() => response.writeHead(200, JSON_TYPE).end("{}"), 40),
  );
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), lines(count));
  return { path, seen, call: [path("in.ndjson"), "--url", url, "--concurrency", "2"] };
}

/** The texts that a terminal shows one after another on one line. */
const framesOf = (text: string) => text.split("\u001b[1G").map((frame) => frame.replace("\u001b[0K", ""));

test("on a terminal, progress is a bar with the count of finished items, rate and time left, and is cleared at the end", async () => {
  const { call } = await slowBackfill(60);
  const { output, text } = collectOutput(100);
  await backfill(call, BASIC, { output });
  const frames = framesOf(text()).filter((frame) => frame.startsWith("["));
  expect(frames.length).toBeGreaterThan(3);
  const counts: number[] = [];
  for (const frame of frames) {
    const [, bar = "", percent, done] =
      /^\[([#-]{24})\] (\d+) %, (\d+)\/60 done, 0 failed, \d+\/s(?:, \d+\.\d s left)?$/.exec(frame) ?? [];
    expect(Number(percent), frame).toBe(Math.floor((Number(done) / 60) * 100));
    expect(bar.replaceAll("-", "").length).toBe(Math.round((Number(done) / 60) * 24));
    counts.push(Number(done));
  }
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(counts[0]).toBeLessThan(counts.at(-1) ?? 0);
  expect(text().endsWith(CLEARED)).toBe(true);
});

test.for([10, 20, 40, 60, 80, 200])(
  "a terminal of %i columns shows the bar on one line, without colours",
  async (columns) => {
    const { call } = await slowBackfill(30);
    const { output, text } = collectOutput(columns);
    await backfill(call, BASIC, { output });
    const frames = framesOf(text());
    expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThanOrEqual(columns);
    // Moves and clears only.
    const [, ...codes] = text().split("\u001b[");
    expect(codes.filter((code) => !/^(1G|0K|0J)[^\n]*$/.test(code))).toEqual([]);
    if (columns >= 20) expect(frames.find((frame) => frame.startsWith("["))).toMatch(/^\[[#-]{4,24}\] \d+ %/);
  },
);

test("on other outputs, progress is a line at an interval", async () => {
  const { call } = await slowBackfill(60);
  const { shown } = await backfill(call, BASIC, { lineEveryMs: 200 });
  expect(shown).toMatch(/^(\d+ %, \d+\/60 done, 0 failed, \d+\/s(, \d+\.\d s left)?\n){3,}$/);
});

test("progress continues at the checkpoint", async () => {
  const { path, seen, call } = await slowBackfill(40);
  const withCheckpoint = [...call, "--checkpoint", path("at.json")];
  const controller = new AbortController();
  const interrupted = backfill(withCheckpoint, BASIC, { signal: controller.signal });
  await expect.poll(() => seen.length, { timeout: 20_000 }).toBeGreaterThan(12);
  controller.abort();
  await interrupted;
  const { shown } = await backfill(withCheckpoint, BASIC, { lineEveryMs: 50 });
  const [, first] = /^(\d+) %/.exec(shown) ?? [];
  expect(Number(first)).toBeGreaterThan(10);
});

test("blank lines are not counted as items", async () => {
  const { path, call } = await slowBackfill(1);
  writeFileSync(path("in.ndjson"), `\n\n${line("u-0")}\n \n${line("u-1")}\n\n`);
  const { shown } = await backfill(call, BASIC, { lineEveryMs: 5 });
  expect(shown).toMatch(/^0 %, 0\/2 done/);
});

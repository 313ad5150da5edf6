import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createProgress, type ProgressOptions } from "../../server/progress-bar.ts";
import { startServer } from "../../server/start.ts";
import { collectOutput } from "../client/backfill-call.ts";
import { CONNECTION, identity } from "../helpers/stub.ts";

const USERS = 40_000;

/** Loads a directory into a real server. Returns what is shown on a terminal of this width, or on another output. */
async function shownByLoad(columns: number | undefined, options: ProgressOptions) {
  const { output, text } = collectOutput(columns);
  const progress = createProgress(output, options);
  const users = Array.from({ length: USERS }, (_, n) => ({
    id: `u-${n}`,
    identities: [identity(CONNECTION, [], n + 1)],
  }));
  const directory = { users, roles: [], roleConnectionMaps: [] };
  const server = await startServer({ directory, progress: progress.report }).finally(progress.stop);
  await server.close();
  return text();
}

test("where stderr is not a terminal, a long load prints lines at an interval", async () => {
  const shown = await shownByLoad(undefined, { afterMs: 1, lineEveryMs: 20 });
  expect(shown).toMatch(/^((checking|loading) the directory: \d+ %(, \d+ s left)?\n){3,}$/);
  expect(shown).toMatch(/loading the directory: \d\d %/);
});

test.for([undefined, 80])("a load that takes less than 2 s shows nothing (columns: %s)", async (columns) => {
  expect(await shownByLoad(columns, { afterMs: 60_000 })).toBe("");
});

test.for([20, 80])(
  "on a terminal of %i columns, a long load shows a bar on one line, and clears it",
  async (columns) => {
    const shown = await shownByLoad(columns, { afterMs: 1 });
    const frames = shown.split("\u001b[1G").map((frame) => frame.replace("\u001b[0K", ""));
    const bars = frames.filter((frame) => frame.startsWith("["));
    expect(bars.length).toBeGreaterThan(1);
    const whole = /^\[[#-]{24}\] (checking|loading) the directory: \d+ %(, \d+ s left)?$/;
    for (const bar of bars) expect(bar).toMatch(columns === 80 ? whole : /^\[[#-]{19}$/);
    expect(shown).not.toMatch(/\n./);
    expect(shown.endsWith("\u001b[1G\u001b[0J")).toBe(true);
  },
);

test.for([undefined, 80])("progress that is stopped before it is shown stays silent (columns: %s)", async (columns) => {
  const { output, text } = collectOutput(columns);
  const { report, stop } = createProgress(output, { afterMs: 0 });
  report("checking", 0.5);
  stop();
  await sleep(50);
  expect(text()).toBe("");
});

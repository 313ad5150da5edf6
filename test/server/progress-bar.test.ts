import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createProgress, type ProgressOptions, type ProgressState } from "../../server/progress-bar.ts";
import { startServer } from "../../server/start.ts";
import { collectOutput } from "../client/backfill-call.ts";
import { CONNECTION, identity } from "../helpers/stub.ts";

const USERS = 40_000;

/** Loads a directory into a real server. Returns what is shown on a terminal of this width, or on another output, and logged. */
async function shownByLoad(columns: number | undefined, options: ProgressOptions) {
  const { output, text } = collectOutput(columns);
  const logged: ProgressState[] = [];
  const progress = createProgress(output, (state) => logged.push(state), options);
  const users = Array.from({ length: USERS }, (_, n) => ({
    id: `u-${n}`,
    identities: [identity(CONNECTION, [], n + 1)],
  }));
  const directory = { users, roles: [], roleConnectionMaps: [] };
  const server = await startServer({ directory, progress: progress.report }).finally(progress.stop);
  await server.close();
  return { shown: text(), logged };
}

test("where stderr is not a terminal, a long load is logged at an interval", async () => {
  const { shown, logged } = await shownByLoad(undefined, { afterMs: 1, logEveryMs: 20 });
  expect(shown).toBe("");
  expect(logged.length).toBeGreaterThan(2);
  for (const { step, percent } of logged) {
    expect(step).toMatch(/^(checking|loading)$/);
    expect(percent).toBeGreaterThanOrEqual(0);
  }
  expect(logged.findLast(({ step }) => step === "loading")).toMatchObject({ left: expect.any(Number) });
});

test.for([undefined, 80])("a load that takes less than 2 s shows nothing (columns: %s)", async (columns) => {
  expect(await shownByLoad(columns, { afterMs: 60_000 })).toEqual({ shown: "", logged: [] });
});

test.for([20, 80])(
  "on a terminal of %i columns, a long load shows a bar on one line, and clears it",
  async (columns) => {
    const { shown } = await shownByLoad(columns, { afterMs: 1 });
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
  const { report, stop } = createProgress(output, () => {}, { afterMs: 0 });
  report("checking", 0.5);
  stop();
  await sleep(50);
  expect(text()).toBe("");
});

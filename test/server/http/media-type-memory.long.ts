import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startTestProgram } from "../../helpers/program.ts";
import { acme, signIn } from "../../helpers/stub.ts";

const PROCESS = fileURLToPath(new URL("media-type-process.ts", import.meta.url));
const STEPS = 10;
const LOAD = { warmUp: 10_000, step: 10_000, steps: STEPS, parallel: 8 };
const MAX_GROWTH = 5_000_000;

test("100,000 spellings of one media type do not grow the server's memory", { timeout: 600_000 }, async () => {
  const argument = JSON.stringify({ directory: acme(), body: JSON.stringify(signIn()), ...LOAD });
  const { printed, ended } = startTestProgram([process.execPath, "--expose-gc", PROCESS, argument]);
  for (let step = 1; step <= STEPS; step += 1) {
    const growth = Number(/^-?\d+$/m.exec(await printed(/^-?\d+\n/m))?.[0]);
    expect(growth, `bytes after ${step * LOAD.step} requests`).toBeLessThan(MAX_GROWTH);
  }
  expect((await ended).code).toBe(0);
});

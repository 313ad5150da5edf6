import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("./journal-process.ts", import.meta.url));
/** Bytes. A journal without a limit would grow by 80 million. */
const SLACK = 5_000_000;

test("the heap does not grow after the journal is full, and evictions are counted", {
  timeout: 120_000,
}, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", SCRIPT]);
  const { full, end } = JSON.parse(stdout);
  expect(full).toMatchObject({ remembered: 1_000, evicted: 1_000 });
  expect(end).toMatchObject({ remembered: 1_000, evicted: 9_000 });
  expect(end.heapUsed).toBeLessThan(full.heapUsed + SLACK);
});

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the example for Node's test runner passes", async () => {
  const suite = fileURLToPath(new URL("./node-test.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap", suite]);
  expect(stdout).toMatch(/^# pass 3$/m);
  expect(stdout).toMatch(/^# fail 0$/m);
});

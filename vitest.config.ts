import { defineConfig } from "vitest/config";

/**
 * Real servers and compilers run inside the tests: a slow machine gets time, a hung test still ends. Files share their
 * imports, which saves half of the run; each makes its own servers, so that order and company do not matter.
 */
export default defineConfig({
  test: {
    include: [process.env.NEXUS_SYNC_LONG ? "test/**/*.long.ts" : "test/**/*.test.ts"],
    globalSetup: "test/run-log.ts",
    testTimeout: 30_000,
    sequence: { shuffle: true },
    isolate: false,
    maxWorkers: "100%",
  },
});

import { defineConfig } from "vitest/config";

const { NEXUS_SYNC_LONG, NEXUS_SYNC_FAULTS } = process.env;
const KIND = NEXUS_SYNC_FAULTS ? "faults" : NEXUS_SYNC_LONG ? "long" : "test";

/**
 * Real servers and compilers run inside the tests: a slow machine gets time, a hung test still ends. Files share their
 * imports, which saves half of the run; each makes its own servers, so that order and company do not matter.
 */
export default defineConfig({
  test: {
    include: [`test/**/*.${KIND}.ts`],
    globalSetup: ["test/helpers/run-log.ts", "test/helpers/postgres-run.ts"],
    testTimeout: 30_000,
    sequence: { shuffle: true },
    isolate: false,
    // Under faults, times are promises too: one file at a time.
    fileParallelism: KIND !== "faults",
    maxWorkers: "100%",
  },
});

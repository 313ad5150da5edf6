import { defineConfig } from "vitest/config";

const { NEXUS_SYNC_LONG, NEXUS_SYNC_FAULTS } = process.env;
const KIND = NEXUS_SYNC_FAULTS ? "faults" : NEXUS_SYNC_LONG ? "long" : "test";

/**
 * Tests run real servers and compilers, so the timeout is generous. Files share their imports, which halves the run; each
 * test starts its own servers, so the order does not matter.
 */
export default defineConfig({
  test: {
    include: [`test/**/*.${KIND}.ts`],
    globalSetup: ["test/helpers/run-log.ts", "test/helpers/postgres-run.ts"],
    testTimeout: 30_000,
    // `expect.poll` ends when its condition holds, so the limit matters on a slow machine only.
    expect: { poll: { timeout: 10_000 } },
    // In CI the gate for breaking changes refuses to compare HEAD with itself.
    env: { CI: "" },
    sequence: { shuffle: true },
    isolate: false,
    // Fault tests also check times: one file at a time.
    fileParallelism: KIND !== "faults",
    maxWorkers: "100%",
  },
});

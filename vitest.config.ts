import { defineConfig } from "vitest/config";

/** Real servers and compilers run inside the tests: a slow machine gets time, a hung test still ends. */
export default defineConfig({
  test: { include: ["test/**/*.test.ts"], testTimeout: 30_000, sequence: { shuffle: true } },
});

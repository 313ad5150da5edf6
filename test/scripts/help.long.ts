import { expect, test } from "vitest";
import { startTestProgram } from "../helpers/program.ts";

const run = (...args: string[]) => startTestProgram([process.execPath, ...args]).ended;

test.for([
  ["server/main.ts"],
  ["server/main.ts", "backup"],
  ["server/main.ts", "conformance"],
  ["server/main.ts", "credentials"],
  ["scripts/bench.ts"],
  ["scripts/build.ts"],
  ["scripts/credentials.ts"],
  ["scripts/demo.ts"],
  ["scripts/dev.ts"],
  ["scripts/generate.ts"],
  ["scripts/mutations.ts"],
  ["server/conformance/main.ts"],
  ["server/store/sqlite/backup.ts"],
  ["client/backfill/command.ts"],
] as const)(
  "%j prints one help text for --help and -h, and names the option that a misspelt one is near to",
  async (program) => {
    const [long, short, misspelt] = await Promise.all(
      ["--help", "-h", "--hlep"].map((option) => run(...program, option)),
    );
    expect(long?.output).toMatch(/^(npm|npx|node|nexus-sync)\S* .*\n/);
    expect(long?.code).toBe(0);
    expect(short).toEqual(long);
    expect(misspelt?.output).toMatch(/^Unknown option '--hlep'\. Did you mean '--help'\?[^\n]*\n$/);
    expect(misspelt?.code).toBe(2);
  },
);

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 60_000 });
  return { code: status, stdout, stderr };
}

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
  "%j prints one help text for --help and -h on stdout, and on stderr the option that a misspelt one is near to",
  (program) => {
    const help = run(...program, "--help");
    expect(help).toEqual({ code: 0, stdout: expect.stringMatching(/^(npm|npx|node|nexus-sync)\S* .*\n/), stderr: "" });
    expect(run(...program, "-h")).toEqual(help);
    const stderr = expect.stringMatching(/^Unknown option '--hlep'\. Did you mean '--help'\?[^\n]*\n$/);
    expect(run(...program, "--hlep")).toEqual({ code: 2, stdout: "", stderr });
  },
);

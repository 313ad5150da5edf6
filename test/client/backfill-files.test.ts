import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BASIC, backfill, line, temporaryPaths } from "./backfill-call.ts";
import { NOWHERE } from "./fault-server.ts";

test.for([
  ["--failed", "in.ndjson"],
  ["--checkpoint", "in.ndjson"],
  ["--checkpoint", "a", "--failed", "a"],
])("with %j, the command ends with exit code 2 and changes no file", async (args) => {
  const path = temporaryPaths();
  writeFileSync(path("in.ndjson"), line("u-1"));
  const files = args.map((word) => (word.startsWith("--") ? word : path(word)));
  const { code, output } = await backfill([path("in.ndjson"), "--url", NOWHERE, ...files], BASIC);
  expect({ code, output }).toEqual({
    code: 2,
    output: "FILE.ndjson, --failed and --checkpoint must be different files.",
  });
  expect(readFileSync(path("in.ndjson"), "utf8")).toBe(line("u-1"));
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Row } from "../../scripts/bench/report.ts";
import { run } from "../../scripts/bench.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

test("two contestants and the tables are measured, printed and written to a file", { timeout: 60_000 }, async () => {
  const out = join(temporaryFolder(), "results.json");
  const lines: string[] = [];
  const code = await run(["--seconds", "1", "--rounds", "1", "--only", "node,a", "--out", out], (line) =>
    lines.push(line),
  );
  const output = lines.join("\n");
  expect(code, output).toBe(0);
  expect(output).toMatch(/^\| race .*requests\/s .*× node:http/m);
  expect(output).toMatch(/^\| ours: \(a\) no change/m);
  const { results } = JSON.parse(readFileSync(out, "utf8"));
  expect(results.race.map(({ title }: Row) => title)).toEqual(["node:http", "ours: (a) no change"]);
  expect(results.race[0].cells["requests/s"].min).toBeGreaterThan(0);
  expect(results.race[1].cells["start s"].median).toBeGreaterThan(0);
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureGroupCommit } from "./load/group-commit-figures.ts";
import { measureGrowth } from "./load/growth-figures.ts";

const GROUP_COMMIT_TIMES = 4;
const GROWTH_TIMES = 1.2;

/**
 * Measures the stores, each in turn with what it is compared with: group commit against one commit each, one sync over
 * 1,000,000 users against one over 1,000, and the loading of both. Exit codes: 0 as promised, 1 not.
 */
export async function run(print: (line: string) => void): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-store-"));
  try {
    const group = await measureGroupCommit(folder, print);
    const growths = await measureGrowth(folder, print);
    const verdicts = [
      {
        text: `group commit is ${group.toFixed(1)} times one commit each (${GROUP_COMMIT_TIMES} or more)`,
        holds: group >= GROUP_COMMIT_TIMES,
      },
      ...growths.map(({ store, times }) => ({
        text: `${store}: a sync over 1,000,000 users takes ${times.toFixed(2)} times one over 1,000 (${GROWTH_TIMES} or less)`,
        holds: times <= GROWTH_TIMES,
      })),
    ];
    for (const { text, holds } of verdicts) print(`${holds ? "ok    " : "MISSED"} ${text}`);
    return verdicts.every(({ holds }) => holds) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) process.exitCode = await run(console.log);

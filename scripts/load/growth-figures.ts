import { join } from "node:path";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { startPostgres } from "../shared/postgres-server.ts";
import { median } from "./group-commit-figures.ts";
import { loadInChild } from "./load-child.ts";
import { makeDirectory } from "./made-directory.ts";
import { changingSync } from "./store-sync.ts";

type Print = (line: string) => void;

const [FEW, MANY] = [1_000, 1_000_000];
const ROUNDS = 5;
const SYNCS = 2_000;

export interface Growth {
  store: string;
  /** Median of a sync over many users, in medians over few. */
  times: number;
}

/** Loads 1,000 and 1,000,000 users into each store, and times changing syncs of users here and there, in turns. */
export async function measureGrowth(folder: string, print: Print): Promise<Growth[]> {
  const files = { few: join(folder, "few.ndjson"), many: join(folder, "many.ndjson") };
  await makeDirectory(files.few, FEW);
  await makeDirectory(files.many, MANY);
  const sqlite = { few: join(folder, "few.db"), many: join(folder, "many.db") };
  const growths = [await grow("SQLite", sqlite, files, print)];
  const [one, other] = [await startPostgres({ fsync: true }), await startPostgres({ fsync: true })];
  try {
    growths.push(await grow("PostgreSQL", { few: one.url, many: other.url }, files, print));
  } finally {
    await one.remove();
    await other.remove();
  }
  return growths;
}

interface Pair {
  few: string;
  many: string;
}

async function grow(store: string, databases: Pair, files: Pair, print: Print): Promise<Growth> {
  for (const size of ["few", "many", "many"] as const) {
    const { changed, seconds, peakMb } = await loadInChild(databases[size], files[size]);
    const rate = (size === "few" ? FEW : MANY) / seconds;
    print(
      `${store.padEnd(11)} loads ${size}: ${changed} new or changed in ${seconds.toFixed(1)} s (${rate.toFixed(0)} users/s), at most ${peakMb.toFixed(0)} MB`,
    );
  }
  const [few, many] = [await openStore({ database: databases.few }), await openStore({ database: databases.many })];
  const times: Record<keyof Pair, number[]> = { few: [], many: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.few.push(...(await timesOf(few, FEW)));
    times.many.push(...(await timesOf(many, MANY)));
  }
  await few.close();
  await many.close();
  const [small, large] = [median(times.few), median(times.many)];
  print(
    `${store.padEnd(11)} a sync takes ${small.toFixed(3)} ms over few users and ${large.toFixed(3)} ms over many (median)`,
  );
  return { store, times: large / small };
}

async function timesOf(store: Store, users: number): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < SYNCS; turn += 1) {
    const index = Math.floor(Math.random() * users);
    const start = performance.now();
    if (!(await changingSync(store, index, turn))) throw new Error(`User ${index} is not there.`);
    times.push(performance.now() - start);
  }
  return times;
}

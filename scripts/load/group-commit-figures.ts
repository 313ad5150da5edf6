import { join } from "node:path";
import { checkDirectory } from "../../server/directory/directory.ts";
import { openSqliteStore } from "../../server/store/sqlite/sqlite-store.ts";
import { makeDirectory } from "./made-directory.ts";
import { changingSync } from "./store-sync.ts";

const USERS = 1_000;
const CALLERS = 16;
const ROUNDS = 3;
const SECONDS = 3;

/** Changing syncs a second on a file with synchronous=FULL: 16 callers who share commits, over 16 who wait for turns. */
export async function measureGroupCommit(folder: string, print: (line: string) => void): Promise<number> {
  const file = join(folder, "group.ndjson");
  await makeDirectory(file, USERS);
  const store = openSqliteStore(join(folder, "group.db"));
  await store.load(await checkDirectory(file));
  let turn = 0;
  let last: Promise<unknown> = Promise.resolve();
  const next = () => {
    turn += 1;
    return changingSync(store, turn % USERS, turn);
  };
  const oneEach = () => {
    last = last.then(next);
    return last;
  };
  const [each, shared]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    each.push(await rate(oneEach));
    shared.push(await rate(next));
  }
  await store.close();
  const [slow, fast] = [each, shared].map(median) as [number, number];
  print(
    `one commit each  ${slow.toFixed(0)} syncs/s of ${CALLERS} callers (median of ${ROUNDS} rounds of ${SECONDS} s)`,
  );
  print(`group commit     ${fast.toFixed(0)} syncs/s`);
  return fast / slow;
}

async function rate(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let count = 0;
  const caller = async () => {
    while (performance.now() - start < SECONDS * 1_000) {
      await work();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return count / ((performance.now() - start) / 1_000);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

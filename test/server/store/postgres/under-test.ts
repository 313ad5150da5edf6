import { expect, onTestFinished, vi } from "vitest";
import { openStore, type StoreOptions } from "../../../../server/store/open-store.ts";
import type { Store } from "../../../../server/store/store.ts";
import { connected, query, temporaryPostgres } from "../../../helpers/postgres.ts";
import { directoryOf } from "../store-suite.ts";

/** A store over a database that may have other stores too, with what it logs; closed when the test has ended. */
export async function storeAt(database: string, options: Partial<StoreOptions> = {}) {
  const lines: string[] = [];
  const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  const store = await openStore({ database, ...options, log: log as NonNullable<StoreOptions["log"]> });
  onTestFinished(() => store.close());
  return { store, lines };
}

/** Users of each database, beside u-ada and u-bob. */
export const OTHERS = ["u-1", "u-2", "u-3", "u-4"];

/** The same over a database of its own, with users. */
export async function storeWithUsers(options: Partial<StoreOptions> = {}) {
  const url = await temporaryPostgres();
  const opened = await storeAt(url, options);
  await opened.store.load(directoryOf({ users: ["u-ada", "u-bob", ...OTHERS].map((id) => ({ id })) }));
  return { url, ...opened };
}

/** Reads a count, adds one and saves; `asked` is told each time the store wants a decision. */
export function countUp(store: Store, userId: string, asked: () => void = () => {}): Promise<number> {
  return store.sync({ userId, connectionId: "con_a", groups: [] }, (found) => {
    asked();
    if (!found) throw new Error("no user");
    const count = Number(found.user.nickname ?? 0) + 1;
    return { user: { ...found.user, nickname: String(count) }, result: count };
  });
}

export async function countOf(store: Store, userId: string): Promise<number> {
  return Number((await store.user(userId))?.nickname ?? 0);
}

/** Holds the rows of users until it is told to let go. */
export async function holdRows(url: string, ...userIds: string[]) {
  const client = await connected(url);
  onTestFinished(() => client.end());
  await client.query("BEGIN");
  await client.query("SELECT 1 FROM nexus_sync_users WHERE id = ANY ($1) FOR UPDATE", [userIds]);
  return { letGo: () => client.query("ROLLBACK") };
}

/** Answers once so many statements of stores wait for a lock. */
export async function waiting(url: string, count: number): Promise<void> {
  const asked = "SELECT pid FROM pg_stat_activity WHERE application_name = 'nexus-sync' AND wait_event_type = 'Lock'";
  const here = `${asked} AND datname = current_database()`;
  await vi.waitFor(async () => expect(await query(url, here)).toHaveLength(count), { timeout: 3_000, interval: 5 });
}

import { expect, onTestFinished, vi } from "vitest";
import { openStore, type StoreOptions } from "../../../../server/store/open-store.ts";
import { query, temporaryPostgres } from "../../../helpers/postgres.ts";
import { directoryOf } from "../store-under-test.ts";

/** A store on this database and the lines that it logs; closed at the end of the test. */
export async function storeAt(database: string, options: Partial<StoreOptions> = {}) {
  const lines: string[] = [];
  const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  const store = await openStore({ database, ...options, log: log as NonNullable<StoreOptions["log"]> });
  onTestFinished(() => store.close().catch(() => {}));
  return { store, lines };
}

/** Users of each database, in addition to u-ada and u-bob. */
export const OTHERS = ["u-1", "u-2", "u-3", "u-4"];

/** A store on a database of its own, with users. */
export async function storeWithUsers(options: Partial<StoreOptions> = {}) {
  const url = await temporaryPostgres();
  const opened = await storeAt(url, options);
  await opened.store.load(directoryOf({ users: ["u-ada", "u-bob", ...OTHERS].map((id) => ({ id })) }));
  return { url, ...opened };
}

/** Resolves when this many statements of stores wait for a lock. */
export async function untilWaiting(url: string, count: number): Promise<void> {
  const waitingForLock =
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'nexus-sync' AND wait_event_type = 'Lock'";
  const here = `${waitingForLock} AND datname = current_database()`;
  await vi.waitFor(async () => expect(await query(url, here)).toHaveLength(count), { timeout: 10_000, interval: 5 });
}

/** Ends all connections of stores, as a restart of the database does. */
export async function terminate(url: string): Promise<void> {
  const text = `SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'nexus-sync'`;
  await query(url, text);
}

/** The first `times` updates of users fail with this SQLSTATE, at the statement or at its commit. */
export async function failSaves(
  url: string,
  { code, times, when }: { code: string; times: number; when: "SAVE" | "COMMIT" },
) {
  const at = when === "SAVE" ? "" : "DEFERRABLE INITIALLY DEFERRED";
  await query(
    url,
    `CREATE SEQUENCE saves;
     CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF nextval('saves') <= ${times} THEN RAISE EXCEPTION 'injected failure' USING ERRCODE = '${code}'; END IF;
       RETURN NULL; END $$;
     CREATE CONSTRAINT TRIGGER failing AFTER UPDATE ON nexus_sync_users ${at} FOR EACH ROW EXECUTE FUNCTION fail()`,
  );
}

/** Saves of these users, or of all, take so many seconds. */
export async function slowSaves(url: string, seconds: number, ...userIds: string[]): Promise<void> {
  const when = userIds.length > 0 ? `WHEN (new.id IN ('${userIds.join("','")}'))` : "";
  await query(
    url,
    `CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(${seconds}); RETURN NEW; END $$;
     CREATE TRIGGER sleeping BEFORE UPDATE ON nexus_sync_users FOR EACH ROW ${when} EXECUTE FUNCTION sleep()`,
  );
}

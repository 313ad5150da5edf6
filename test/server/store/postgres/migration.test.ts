import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../../../server/store/open-store.ts";
import { connected, query, temporaryPostgres } from "../../../helpers/postgres.ts";
import { storeAt } from "./under-test.ts";

/** The message of the refusal, or "opened". */
async function refusalOf(url: string): Promise<string> {
  const opened = await openStore({ database: url }).catch((error: Error) => error);
  if (opened instanceof Error) return opened.message;
  await opened.close();
  return "opened";
}

/** A database with tables and without a version, whose migration is locked until `finish` has run a statement. */
async function lockedMigration() {
  const url = await temporaryPostgres();
  await storeAt(url);
  await query(url, "DELETE FROM nexus_sync_state WHERE name = 'schema'");
  const other = await connected(url);
  onTestFinished(() => other.end());
  await other.query("BEGIN; SELECT pg_advisory_xact_lock(4010)");
  const waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 4010 AND NOT granted";
  const finish = async (statement: string) => {
    await expect.poll(() => query(url, waiting)).toHaveLength(1);
    await other.query(`${statement}; COMMIT`);
  };
  return { url, finish };
}

test("a server that waited for the migration of a newer version is refused and keeps its schema version", async () => {
  const { url, finish } = await lockedMigration();
  const refusal = refusalOf(url);

  await finish("INSERT INTO nexus_sync_state VALUES ('schema', 2)");

  expect(await refusal).toMatch(/ was written by a newer version of this server \(schema 2\)\.$/);
  expect(await query(url, "SELECT version FROM nexus_sync_state WHERE name = 'schema'")).toEqual([{ version: 2 }]);
});

test("a server that waited for the migration of another server starts while this one loads a directory", async () => {
  const { url, finish } = await lockedMigration();
  const load = await connected(url);
  onTestFinished(() => load.end());
  await load.query("BEGIN; SELECT 1 FROM nexus_sync_state WHERE name = 'load' FOR UPDATE");
  const refusal = refusalOf(url);

  await finish("INSERT INTO nexus_sync_state VALUES ('schema', 1)");

  expect(await refusal).toBe("opened");
});

test.each(["nexus_sync_identities", "nexus_sync_role_connection_maps"])(
  "a database that lacks the table %s is refused and not changed",
  async (table) => {
    const url = await temporaryPostgres();
    await storeAt(url);
    await query(url, `DROP TABLE ${table}`);

    expect(await refusalOf(url)).toMatch(
      `can't be used: relation "${table}" does not exist (42P01). Restore all tables nexus_sync_… from a backup.`,
    );

    expect(await query(url, `SELECT to_regclass('${table}') AS found`)).toEqual([{ found: null }]);
  },
);

test("a database user that can't read the tables is refused with the permissions that it needs", async () => {
  const url = await temporaryPostgres();
  await storeAt(url);
  const name = `r_${randomBytes(6).toString("hex")}`;
  await query(url, `CREATE ROLE ${name} LOGIN PASSWORD 'planted'`);
  onTestFinished(async () => void (await query(url, `DROP OWNED BY ${name}; DROP ROLE ${name}`)));
  await query(url, `GRANT SELECT ON nexus_sync_state, nexus_sync_users TO ${name}`);
  const limited = Object.assign(new URL(url), { username: name, password: "planted" }).href;

  expect(await refusalOf(limited)).toMatch(
    / \(42501\)\. The database user needs SELECT, INSERT, UPDATE and DELETE on the tables nexus_sync_…\.$/,
  );
});

test("a new database that is read-only is refused with what to connect to", async () => {
  const url = `${await temporaryPostgres()}?options=-c%20default_transaction_read_only%3Don`;

  expect(await refusalOf(url)).toMatch(/ \(25006\)\. The database is read-only: connect to the primary\.$/);
});

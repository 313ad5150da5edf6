import { expect, test } from "vitest";
import { openStore } from "../../../../server/store/open-store.ts";
import { StoreUnusable } from "../../../../server/store/store.ts";
import { query, temporaryPostgres } from "../../../helpers/postgres.ts";
import { storeAt } from "./under-test.ts";

/** The message of StoreUnusable, which shows nothing of a password. */
async function refusalOf(database: string): Promise<string> {
  const error: unknown = await openStore({ database }).catch((refused) => refused);
  if (!(error instanceof StoreUnusable)) return `opened, or ${error}`;
  expect(error.message).not.toContain("planted");
  expect(error.message).toMatch(/^[^\r\n]+\.$/);
  return error.message;
}

test.each([
  "postgres://me:planted@db-1,db-2/nexus",
  "postgres://me:planted@db-1:5432,db-2:5433/nexus",
  "postgresql://me:pl,anted@db-1:5432,db-2:5433/nexus?sslmode=disable",
  "postgres://me:planted@/nexus?host=db-1,db-2",
  "postgres://db-1,db-2",
])("a URL with several hosts is refused: %s", async (url) => {
  expect(await refusalOf(url)).toMatch(
    /^The database URL has several hosts, which is not supported\. Name one host that leads to the primary/,
  );
});

test.each([
  ["channel_binding=require", /the parameter channel_binding, .* sslmode=verify-full\.$/],
  ["schema=app", /the parameter schema, .* options=-c%20search_path%3DNAME/],
  ["target_session_attrs=read-write", /the parameter target_session_attrs, .* Name one host/],
  ["sslmod=verify-full", /the parameter sslmod, which is not supported\. Supported are sslmode, /],
  ["sslmode=disable&statement_timeout=0", /the parameter statement_timeout, /],
  ["sslmode=verify_full", /^sslmode in the database URL takes one of disable, /],
])("a URL with the parameter %s is refused by its name", async (query, message) => {
  expect(await refusalOf(`postgres://me:planted@127.0.0.1:1/nexus?${query}`)).toMatch(message);
});

test("the rest of a password with an unencoded question mark is not shown as a parameter", async () => {
  expect(await refusalOf("postgres://me:1?planted@127.0.0.1:1/nexus")).toMatch(/^The database URL has a parameter, /);
});

test("a database user's tables are in the schema that the parameter options names", async () => {
  const url = await temporaryPostgres();
  await query(url, "CREATE SCHEMA app");

  await storeAt(`${url}?options=-c%20search_path%3Dapp&application_name=sync-1`);

  const tables = await query(url, "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'nexus_sync_%'");
  expect(tables).toEqual([{ schemaname: "app" }]);
});

test.each([
  ["127.0.0.1", []],
  ["localhost", []],
  // Leads to this machine, but is no loopback address.
  ["0.0.0.0", ["The connection to the database at 0.0.0.0 is not encrypted: add ?sslmode=verify-full to its URL."]],
])(
  "a connection without TLS to %s is logged as a warning at the start, beyond loopback only",
  async (hostname, lines) => {
    const url = Object.assign(new URL(await temporaryPostgres()), { hostname }).href;

    expect((await storeAt(url)).lines).toEqual(lines);
  },
);

test("a missing password is reported with the settings that take one", async () => {
  const url = Object.assign(new URL(await temporaryPostgres()), { password: "" }).href;

  expect(await refusalOf(url)).toMatch(
    /^The database t_\w+ at 127\.0\.0\.1:\d+ \(user postgres\) requires a password: set NEXUS_SYNC_DATABASE_PASSWORD, or add a line to the file PGPASSFILE\.$/,
  );
});

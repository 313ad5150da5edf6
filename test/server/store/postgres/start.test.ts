import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { freePort } from "../../../../scripts/shared/program.ts";
import { openStore } from "../../../../server/store/open-store.ts";
import { StoreUnusable } from "../../../../server/store/store.ts";
import { query, temporaryPostgres } from "../../../helpers/postgres.ts";
import { change, directoryOf } from "../store-under-test.ts";
import { storeAt } from "./under-test.ts";

const MAIN = fileURLToPath(new URL("../../../../server/main.ts", import.meta.url));

/** The message of StoreUnusable for this database; it must be one line without a password. */
async function refusalOf(database: string, password?: string): Promise<string> {
  const error: unknown = await openStore({ database, password }).then(
    (store) => store.close(),
    (refused) => refused,
  );
  if (!(error instanceof StoreUnusable)) return `opened, or ${error}`;
  expect(JSON.stringify([error.message, error.stack, error.cause])).not.toMatch(/planted|guess/);
  expect(error.message).not.toContain("\n");
  return error.message;
}

/** A database user without permissions, named like the database. It is dropped at the end of the test. */
async function addUser(url: string, password: string): Promise<string> {
  const name = new URL(url).pathname.slice(1);
  await query(url, `CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
  onTestFinished(async () => void (await query(edited(url, { pathname: "postgres" }), `DROP ROLE ${name}`)));
  return name;
}

function edited(url: string, changes: Partial<URL>): string {
  return Object.assign(new URL(url), changes).href;
}

test("five servers that start at the same time create the tables once", async () => {
  const url = await temporaryPostgres();

  const opened = await Promise.all(Array.from({ length: 5 }, () => storeAt(url)));

  expect(await query(url, "SELECT name, version FROM nexus_sync_state ORDER BY name")).toEqual([
    { name: "load", version: 0 },
    { name: "schema", version: 1 },
  ]);
  await opened[0]?.store.load(directoryOf({ users: [{ id: "u-ada" }] }));
  for (const { store } of opened) await change(store, "u-ada", { nickname: "now" });
});

test("a database with a newer schema version is refused and not changed", async () => {
  const url = await temporaryPostgres();
  await storeAt(url);
  await query(url, "UPDATE nexus_sync_state SET version = 2 WHERE name = 'schema'");

  expect(await refusalOf(url)).toMatch(
    /^The database t_\w+ at 127\.0\.0\.1:\d+ \(user postgres\) was written by a newer version of this server \(schema 2\)\.$/,
  );
  expect(await query(url, "SELECT version FROM nexus_sync_state WHERE name = 'schema'")).toEqual([{ version: 2 }]);
});

test("a wrong password is reported without showing it", async () => {
  const url = await temporaryPostgres();
  const line =
    /^The database t_\w+ at 127\.0\.0\.1:\d+ \(user postgres\) can't be used: password authentication failed.*\(28P01\)\.$/;

  expect(await refusalOf(edited(url, { password: "guess" }))).toMatch(line);
  expect(await refusalOf(url, "guess")).toMatch(line);
  expect(await refusalOf(edited(url, { password: "" }))).toMatch(/password/);
});

test("a separate password takes precedence over the one in the URL, and may have any characters", async () => {
  const url = await temporaryPostgres();
  const password = "planted &?#%/@:é";
  const username = await addUser(url, password);
  await query(url, `GRANT CREATE ON SCHEMA public TO ${username}`);

  for (const given of [edited(url, { username }), `${edited(url, { username })}?sslmode=disable`]) {
    const store = await openStore({ database: given, password });
    await store.ready();
    await store.close();
  }
  await query(url, `DROP OWNED BY ${username} CASCADE`);
});

test("a database user needs permission to create tables only if they do not exist", async () => {
  const url = await temporaryPostgres();
  const name = await addUser(url, "planted");
  const limited = edited(url, { username: name, password: "planted" });

  expect(await refusalOf(limited)).toMatch(
    /can't be used: permission denied.*\(42501\)\. .*permission to create tables\.$/,
  );

  const { store: owner } = await storeAt(url);
  await query(url, `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${name}`);
  const { store } = await storeAt(limited);
  await store.load(directoryOf({ users: [{ id: "u-ada" }] }));
  await change(store, "u-ada", { nickname: "now" });
  expect((await owner.user("u-ada"))?.nickname).toBe("now");
  await query(url, `DROP OWNED BY ${name}`);
});

test("a missing database and one with another encoding than UTF8 are refused", async () => {
  const url = await temporaryPostgres();
  const name = `${new URL(url).pathname.slice(1)}_latin`;

  expect(await refusalOf(edited(url, { pathname: name }))).toMatch(
    /^The database t_\w+_latin at .*does not exist \(3D000\)\.$/,
  );

  await query(url, `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
  onTestFinished(
    async () => void (await query(edited(url, { pathname: "postgres" }), `DROP DATABASE ${name} WITH (FORCE)`)),
  );
  expect(await refusalOf(edited(url, { pathname: name }))).toMatch(/must have the encoding UTF8, not LATIN1\.$/);
});

test("a server that refuses connections or does not respond is reported within seconds", async () => {
  const refusing = `postgres://me:guess@127.0.0.1:${await freePort()}/nexus`;
  expect(await refusalOf(refusing)).toMatch(
    /^The database nexus at 127\.0\.0\.1:\d+ \(user me\) can't be used: .*ECONNREFUSED/,
  );

  const silent = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void silent.close());
  await vi.waitFor(() => expect(silent.listening).toBe(true));
  const { port } = silent.address() as { port: number };
  const start = performance.now();
  expect(await refusalOf(`postgres://me:guess@127.0.0.1:${port}/nexus`)).toMatch(/can't be used: .*timeout/);
  expect(performance.now() - start).toBeLessThan(4_000);
});

test("an invalid URL is reported without repeating it", async () => {
  expect(await refusalOf("postgres://me:guess@host:port/nexus")).toBe(
    "The database URL is invalid: Invalid URL (ERR_INVALID_URL).",
  );
});

test.each([
  ["flag", ["--database", "postgres://me:guess@127.0.0.1:1/nexus"], {}, "NEXUS_SYNC_DATABASE_PASSWORD"],
  ["variable", [], { NEXUS_SYNC_DATABASE: "postgres://me:guess@127.0.0.1:1/nexus" }, "(user me) can't be used"],
  ["other URL", [], { NEXUS_SYNC_DATABASE: "mysql://me:guess@127.0.0.1:1/nexus" }, "not another URL"],
] as const)(
  "a database that can't be used ends the start with exit code 2 and one line (%s)",
  (_, args, environment, line) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "--port", "0", ...args], {
      encoding: "utf8",
      env: { ...process.env, ...environment },
    });

    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr.trim().split("\n")).toEqual([expect.stringContaining(line)]);
    expect(stderr).not.toContain("guess");
  },
);

import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { freePort } from "../../../../scripts/shared/program.ts";
import { openStore } from "../../../../server/store/open-store.ts";
import { temporaryPostgres } from "../../../helpers/postgres.ts";
import { startTestProgram } from "../../../helpers/program.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { countUp, directoryOf } from "../store-under-test.ts";
import { storeAt } from "./under-test.ts";

interface PoolerOptions {
  mode: "session" | "transaction" | "statement";
  /** Settings of PgBouncer, one per line. Default: the server's timeouts are accepted, and ignored. */
  settings?: string;
}

const IGNORE = "ignore_startup_parameters = statement_timeout,lock_timeout,idle_in_transaction_session_timeout";

/** The URL of a PgBouncer before this database; the test is skipped without one. */
async function pooled(context: TestContext, url: string, { mode, settings = IGNORE }: PoolerOptions): Promise<string> {
  context.skip(spawnSync("pgbouncer", ["--version"]).status !== 0, "PgBouncer is missing.");
  const { hostname, port, username, password, pathname } = new URL(url);
  const [folder, poolerPort] = [temporaryFolder(), await freePort()];
  const file = join(folder, "pgbouncer.ini");
  const target = `host=${hostname} port=${port} user=${username} password=${password} dbname=${pathname.slice(1)}`;
  const listen = `listen_addr = 127.0.0.1\nlisten_port = ${poolerPort}\nunix_socket_dir =\nauth_type = any`;
  writeFileSync(file, `[databases]\nnexus = ${target}\n[pgbouncer]\n${listen}\npool_mode = ${mode}\n${settings}\n`);
  for (const path of [folder, file]) chmodSync(path, 0o755);
  // PgBouncer refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  await startTestProgram(["pgbouncer", file], user).printed(/process up/);
  return `postgres://me:planted@127.0.0.1:${poolerPort}/nexus`;
}

const refusalOf = (database: string) =>
  openStore({ database }).then(
    (store) => store.close().then(() => "opened"),
    (error: Error) => error.message,
  );

test.for([
  ["in transaction mode", "transaction", IGNORE],
  ["in transaction mode that uses its connections in turn", "transaction", `${IGNORE}\nserver_round_robin = 1`],
  ["in transaction mode with one connection", "transaction", `${IGNORE}\ndefault_pool_size = 1`],
  ["in statement mode", "statement", IGNORE],
] as const)("a PgBouncer %s is refused at the start", async ([, mode, settings], context) => {
  const url = await pooled(context, await temporaryPostgres(), { mode, settings });
  // Other clients leave connections in the pool.
  const others = Array.from({ length: 3 }, () => refusalOf(url));
  await Promise.all(others);

  for (let start = 0; start < 5; start += 1) {
    expect(await refusalOf(url)).toMatch(
      /^The database nexus at 127\.0\.0\.1:\d+ \(user me\) is behind a connection pooler in transaction mode: /,
    );
  }
});

test("a PgBouncer in session mode is accepted", async (context) => {
  const { store } = await storeAt(await pooled(context, await temporaryPostgres(), { mode: "session" }));
  await store.load(directoryOf({ users: [{ id: "u-ada" }] }));

  const counts = await Promise.all(Array.from({ length: 20 }, () => countUp(store, "u-ada")));

  expect(counts.at(-1)).toBe(20);
});

test("a PgBouncer that rejects the server's timeouts is refused with the setting that it needs", async (context) => {
  const url = await pooled(context, await temporaryPostgres(), { mode: "session", settings: "" });

  expect(await refusalOf(url)).toMatch(
    /unsupported startup parameter: .* needs statement_timeout,.*timeout in ignore_startup_parameters\.$/,
  );
});

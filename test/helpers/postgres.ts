import { randomBytes } from "node:crypto";
import pg from "pg";
import { onTestFinished } from "vitest";
import { ASK } from "./postgres-run.ts";

/** The URL of an empty database in the run's PostgreSQL server, for one test; dropped when the test has ended. */
export async function temporaryPostgres(): Promise<string> {
  const name = `t_${randomBytes(6).toString("hex")}`;
  const asked = serverUrl();
  onTestFinished(async () => void (await query(await asked, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));
  const url = new URL(await asked);
  await query(url.href, `CREATE DATABASE ${name}`);
  url.pathname = name;
  return url.href;
}

/** One statement on a connection of its own. */
export async function query(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = await connected(url);
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** A connection for what one statement can't do; whoever asks for it ends it. */
export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // A test that ends the server loses this connection too.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** Locks a user's row as a sync does, so that others of this user wait (up to 5 s) until the answer is called. */
export async function holdUser(url: string, userId: string): Promise<() => Promise<void>> {
  const client = await connected(url);
  await client.query("BEGIN");
  await client.query("SELECT 1 FROM nexus_sync_users WHERE id = $1 FOR UPDATE", [userId]);
  return () => client.end();
}

async function serverUrl(): Promise<string> {
  const response = await fetch(process.env[ASK] ?? "");
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer;
}

import { randomBytes } from "node:crypto";
import pg from "pg";
import { onTestFinished } from "vitest";
import { URL_VARIABLE } from "./postgres-run.ts";

/** The URL of an empty database in the PostgreSQL server of the test run; it is dropped at the end of the test. */
export async function temporaryPostgres(): Promise<string> {
  const name = `t_${randomBytes(6).toString("hex")}`;
  const server = await serverUrl();
  onTestFinished(async () => void (await query(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));
  const url = new URL(server);
  await query(url.href, `CREATE DATABASE ${name}`);
  url.pathname = name;
  return url.href;
}

/** Runs one statement on a new connection. */
export async function query(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = await connected(url);
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** A connection, which the caller must end. */
export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // Tests that stop the server break this connection too.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** Locks the rows of users as syncs do. The returned function releases them. */
export async function holdUser(url: string, ...userIds: string[]): Promise<() => Promise<void>> {
  const client = await connected(url);
  await client.query("BEGIN");
  await client.query("SELECT 1 FROM nexus_sync_users WHERE id = ANY ($1) FOR UPDATE", [userIds]);
  return () => client.end();
}

async function serverUrl(): Promise<string> {
  const response = await fetch(process.env[URL_VARIABLE] ?? "");
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is removed at the end of the test, after cleanups that were registered later. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A path for a database that does not exist yet. */
export function temporaryDatabase(): string {
  return join(temporaryFolder(), "nexus.db");
}

/** The bytes of a SQLite database: the file and its write-ahead log. */
export function bytesOf(database: string): string[] {
  return [database, `${database}-wal`].map((file) => readFileSync(file).toString("base64"));
}

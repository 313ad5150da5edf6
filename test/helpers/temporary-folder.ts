import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { makeTemporaryFolder } from "../../scripts/shared/temporary-folder.ts";

/** A folder for one test. It is removed when the test has ended and everything started later has been closed. */
export function temporaryFolder(): string {
  const { path, remove } = makeTemporaryFolder();
  onTestFinished(remove);
  return path;
}

/** A path for a database that does not exist yet. */
export function temporaryDatabase(): string {
  return join(temporaryFolder(), "nexus.db");
}

/** The bytes of a SQLite database, as base64: the file and its write-ahead log. */
export function bytesOf(database: string): string[] {
  return [database, `${database}-wal`].map((file) => readFileSync(file).toString("base64"));
}

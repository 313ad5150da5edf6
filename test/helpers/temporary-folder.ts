import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { makeTemporaryFolder } from "../../scripts/shared/temporary-folder.ts";

/** A folder that is removed at the end of the test, after cleanups that were registered later. */
export function temporaryFolder(): string {
  const { path, remove } = makeTemporaryFolder();
  onTestFinished(remove);
  return path;
}

/** A path for a database that does not exist yet. */
export function temporaryDatabase(): string {
  return join(temporaryFolder(), "nexus.db");
}

/** The bytes of a SQLite database: the file and its write-ahead log. */
export function bytesOf(database: string): string[] {
  return [database, `${database}-wal`].map((file) => readFileSync(file).toString("base64"));
}

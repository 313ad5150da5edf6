import { existsSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { parseOptions } from "../../command-line/parse-options.ts";
import { ConfigurationError, errorText } from "../../configuration-error.ts";
import { checkFile, IN_USE_MS } from "./file-check.ts";
import { writeNewFile } from "./new-file.ts";
import { lockOwner } from "./owner-lock.ts";

const helpText = (command: string) => `${command} FILE [--database NAME]

Copies a SQLite database to a new file while a server uses it: everything whose response was sent before the start is in
the copy. The database is --database, else NEXUS_SYNC_DATABASE. Restore: server/store/backup.md.
Exit codes: 0 written; 1 failed, nothing is written; 2 an argument or a file can't be used.`;

const OPTIONS = { database: { type: "string" } } as const;

/** One step copies all pages, in one read transaction; between several steps, a sync would restart the copy. */
const ALL_PAGES = 0x7fff_ffff;

/**
 * Copies a database to a new file, which appears under its name only when it is complete and synced to disk.
 * `command` is that of the help text.
 * @returns the exit code: 0 written, 1 failed, 2 an argument or a file can't be used.
 */
export async function runBackup(args: string[], command = "npm run backup --"): Promise<number> {
  try {
    const given = readArguments(args);
    if (!given) {
      console.log(helpText(command));
      return 0;
    }
    console.log(await backUp(given));
    return 0;
  } catch (error) {
    if (error instanceof ConfigurationError) {
      console.error(errorText(error));
      return 2;
    }
    console.error(`The backup failed, nothing was written: ${(error as Error).message}.`);
    return 1;
  }
}

interface Given {
  database: string;
  file: string;
}

function readArguments(args: string[]): Given | undefined {
  const { values, positionals } = parseOptions({ args, options: OPTIONS, allowPositionals: true });
  if (values.help) return undefined;
  const [file, ...more] = positionals;
  if (!file || more.length > 0) throw new ConfigurationError("Name one file for the backup. --help shows an example.");
  const database = values.database || process.env.NEXUS_SYNC_DATABASE;
  if (!database) throw new ConfigurationError("Name the database with --database or NEXUS_SYNC_DATABASE.");
  // Not repeated in the message, because a URL may contain a password.
  if (/^\w+:\/\//.test(database))
    throw new ConfigurationError("The database must be a SQLite file. Back up PostgreSQL with pg_dump.");
  if (sizeOf(database) === 0)
    throw new ConfigurationError(`The database ${database} does not exist, is empty, or is not a file.`);
  return { database, file };
}

/** 0 for what is no file. */
function sizeOf(database: string): number {
  try {
    const found = statSync(database, { throwIfNoEntry: false });
    return found?.isFile() ? found.size : 0;
  } catch (error) {
    throw new ConfigurationError(`The database ${database} can't be read: ${(error as Error).message}.`);
  }
}

/** Returns the line to print. */
async function backUp({ database, file }: Given): Promise<string> {
  const path = checkedSource(database);
  // An absolute path, because SQLite would take `file:…` for a URL.
  const users = await writeNewFile(resolve(file), async (partial) => {
    const source = new DatabaseSync(path, { readOnly: true, timeout: IN_USE_MS });
    // `backup` itself would fail at once if the file is locked.
    source.exec("BEGIN; SELECT 1 FROM sqlite_schema");
    await backup(source, partial, { rate: ALL_PAGES }).finally(() => source.close());
    return finish(partial);
  });
  return `Backed up ${database} to ${file}: ${users} users, ${statSync(file).size} bytes.`;
}

/**
 * Returns the path without links.
 * @throws ConfigurationError if it is not a database of this server, or its log belongs to another file.
 */
function checkedSource(database: string): string {
  try {
    const path = realpathSync.native(database);
    // A server that holds the lock has checked the log, which changes meanwhile. Without the lock's file, none does.
    const hasLock = existsSync(`${path}-owner`);
    const lock = hasLock ? lockOwner(path) : undefined;
    try {
      checkFile(path, { isInUse: hasLock && !lock });
    } finally {
      lock?.close();
    }
    return path;
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(`The database ${database} can't be opened: ${(error as Error).message}.`);
  }
}

/** Checks the copy and takes the mark of a log from its header, so that it is refused beside the log of another file. */
function finish(partial: string): number {
  const copy = new DatabaseSync(partial);
  try {
    copy.exec("PRAGMA journal_mode = DELETE");
    const damage = copy.prepare("PRAGMA integrity_check(1)").get()?.integrity_check;
    if (damage !== "ok") throw new Error(`the database is damaged: ${damage}`);
    return Number(copy.prepare("SELECT count(*) AS total FROM users").get()?.total);
  } finally {
    copy.close();
  }
}

if (import.meta.main) process.exitCode = await runBackup(process.argv.slice(2));

import { closeSync, existsSync, openSync, readFileSync, realpathSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreUnusable } from "../store.ts";

/** A file without symbolic links, so that every name of it leads to the same lock and the same write-ahead log. */
export function realPath(file: string): string {
  createPrivateFile(file);
  const path = realpathSync.native(file);
  const { nlink } = statSync(path);
  const beside = "SQLite's log and the lock are files beside it";
  if (nlink > 1)
    throw new StoreUnusable(`The database ${file} has ${nlink} hard links, but ${beside}: remove the other names.`);
  if (isMountPoint(path))
    throw new StoreUnusable(`The database ${file} is mounted as a single file, but ${beside}: mount its folder.`);
  return path;
}

/**
 * One server per file: an exclusive lock on a second file, `FILE-owner`, which the system releases when the process ends.
 * The database file itself stays readable for other programs.
 * @param waitMs Time to wait for a process that holds the lock; default 0.
 * @returns undefined if another process still holds it
 */
export function lockOwner(path: string, waitMs = 0): DatabaseSync | undefined {
  createPrivateFile(`${path}-owner`);
  const lock = new DatabaseSync(`${path}-owner`, { timeout: waitMs });
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Error && "errcode" in error && error.errcode === 5) return undefined;
    throw error;
  }
}

/**
 * Creates a file with mode 0600; SQLite itself would use 0644, and gives the files beside a database the mode of the
 * database. An existing file must not be opened here: closing it would drop the fcntl locks of a store in this process.
 */
function createPrivateFile(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
}

/** The mount points of this process on Linux: the fifth field of each line, in which some characters are octal. */
const MOUNTS = "/proc/self/mountinfo";

function isMountPoint(path: string): boolean {
  if (!existsSync(MOUNTS)) return false;
  const unescaped = (text = "") =>
    text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  const lines = readFileSync(MOUNTS, "latin1").split("\n");
  const bytes = Buffer.from(path).toString("latin1");
  return lines.some((line) => unescaped(line.split(" ")[4]) === bytes);
}

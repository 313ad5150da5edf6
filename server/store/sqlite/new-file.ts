import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigurationError } from "../../configuration-error.ts";

/**
 * Writes a file under another name in the same folder, and gives it its name when it is complete and synced to disk. It has
 * mode 0600. SIGINT, SIGTERM and SIGHUP remove what is written; after SIGKILL, `FILE-partial-…` remains.
 * @throws ConfigurationError if the file exists or can't be created.
 */
export async function writeNewFile<T>(file: string, write: (partial: string) => Promise<T>): Promise<T> {
  const partial = `${file}-partial-${randomBytes(4).toString("hex")}`;
  if (existsSync(file)) throw exists(file);
  createEmpty(partial);
  const forget = removeOnSignal(partial);
  try {
    const result = await write(partial);
    sync(partial, "r+");
    publish(partial, file);
    // Windows can't sync folders.
    if (process.platform !== "win32") sync(dirname(file), "r");
    return result;
  } finally {
    remove(partial);
    forget();
  }
}

function exists(file: string): ConfigurationError {
  return new ConfigurationError(`${file} exists: name a new file, or remove it.`);
}

function createEmpty(partial: string): void {
  try {
    closeSync(openSync(partial, "wx", 0o600));
  } catch (error) {
    throw new ConfigurationError(`The file can't be written: ${(error as Error).message}.`);
  }
}

const WITHOUT_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/** A link does not replace a file that has appeared meanwhile. Some file systems have no links. */
function publish(partial: string, file: string): void {
  try {
    linkSync(partial, file);
  } catch (error) {
    if (existsSync(file)) throw exists(file);
    if (!WITHOUT_LINKS.includes(String((error as NodeJS.ErrnoException).code))) throw error;
    renameSync(partial, file);
  }
}

function sync(path: string, flags: "r" | "r+"): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function remove(partial: string): void {
  for (const path of [partial, `${partial}-journal`]) rmSync(path, { force: true });
}

/** The process then ends by the signal. The returned function removes the listeners. */
function removeOnSignal(partial: string): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const end = (signal: NodeJS.Signals) => {
    remove(partial);
    forget();
    process.kill(process.pid, signal);
  };
  const forget = () => {
    for (const signal of signals) process.off(signal, end);
  };
  for (const signal of signals) process.on(signal, end);
  return forget;
}

import { link, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

/** Holds the process id of the run that is writing. */
export const LOCK = ".lock";
/** Names of files on their way: `.types.ts.4711.tmp`. */
const TEMPORARY = /^\..+\.\d+\.tmp$/;
/** Longest wait for another run, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Another run holds the folder and does not end. */
export class FolderLocked extends Error {
  override readonly name = "FolderLocked";
}

/** Runs `work` while no other run does; what a killed run has left behind is cleared away first. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const lock = join(folder, LOCK);
  await take(lock);
  try {
    const left = (await readdir(folder)).filter((file) => TEMPORARY.test(file));
    for (const file of left) await rm(join(folder, file), { force: true });
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/**
 * Writes all of `files` or none, in their order: after a fault every one of them is the old file again, and nothing
 * temporary is left. `move` is how a file gets its place.
 */
export async function writeAll(folder: string, files: ReadonlyMap<string, string>, move = rename): Promise<void> {
  const moved: string[] = [];
  try {
    await Promise.all(Array.from(files, ([file, text]) => writeDurably(temporary(folder, file), text)));
    for (const file of files.keys()) {
      await link(join(folder, file), backup(folder, file)).catch(unlessMissing);
      await move(temporary(folder, file), join(folder, file));
      moved.push(file);
    }
  } catch (error) {
    for (const file of moved) {
      await rm(join(folder, file));
      await rename(backup(folder, file), join(folder, file)).catch(unlessMissing);
    }
    throw error;
  } finally {
    for (const file of files.keys()) {
      await rm(temporary(folder, file), { force: true });
      await rm(backup(folder, file), { force: true });
    }
  }
}

function temporary(folder: string, file: string): string {
  return join(folder, `.${file}.${process.pid}.tmp`);
}

/** A second name of the old file, which keeps its bytes and times. */
function backup(folder: string, file: string): string {
  return join(folder, `.${file}.old.${process.pid}.tmp`);
}

/** On disk when it returns, so that no power cut leaves the new name with nothing in it. */
async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

async function take(lock: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isTaken(lock))) {
    const owner = Number(await readFile(lock, "utf8").catch(() => "0"));
    if (owner > 0 && !isAlive(owner)) await rm(lock, { force: true });
    else if (Date.now() > deadline) throw new FolderLocked(`Another run (process ${owner}) holds ${lock}.`);
    else await setTimeout(25);
  }
}

async function isTaken(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

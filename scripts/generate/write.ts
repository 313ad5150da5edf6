import { link, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { holding } from "./lock.ts";

/** Holds the process id of the run that is writing. */
export const LOCK = ".lock";
/** Names of files on their way: `.types.ts.4711.tmp`, each in the folder it is for. */
const TEMPORARY = /^\..+\.\d+\.tmp$/;

/** Runs `work` while no other run does; what a killed run has left behind is cleared away first. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  return holding(join(folder, LOCK), async () => {
    const left = (await readdir(folder, { recursive: true })).filter((file) => TEMPORARY.test(basename(file)));
    for (const file of left) await rm(join(folder, file), { force: true });
    return work();
  });
}

/**
 * Writes all of `files` or none, in their order: after a fault every one of them is the old file again, and nothing
 * temporary is left. `move` is how a file gets its place.
 */
export async function writeAll(folder: string, files: ReadonlyMap<string, string>, move = rename): Promise<void> {
  const moved: string[] = [];
  for (const file of files.keys()) await mkdir(dirname(join(folder, file)), { recursive: true });
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
  return join(folder, dirname(file), `.${basename(file)}.${process.pid}.tmp`);
}

/** A second name of the old file, which keeps its bytes and times. */
function backup(folder: string, file: string): string {
  return join(folder, dirname(file), `.${basename(file)}.old.${process.pid}.tmp`);
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

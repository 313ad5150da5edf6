import { mkdir, rm, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

/** A lock is held for milliseconds, so a folder of this age is from a process that was killed. */
const ABANDONED_MS = 5_000;

/** Runs `work` while `folder` exists. It creates and removes the folder; other runs wait until it is removed. */
export async function withLockFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const remove = () => rm(folder, { recursive: true, force: true });
  while (!(await isCreated(folder))) {
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    await (Date.now() - mtimeMs > ABANDONED_MS ? remove() : setTimeout(10));
  }
  return await work().finally(remove);
}

async function isCreated(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

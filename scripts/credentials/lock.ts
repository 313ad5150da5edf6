import { readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

/** Longest wait for another run, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Another run holds the lock and does not end. */
export class FolderLocked extends Error {
  override readonly name = "FolderLocked";
}

/** Runs `work` while no other run holds the file `lock`, which has the holder's process id; a killed run's is taken. */
export async function holding<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await take(lock);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
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

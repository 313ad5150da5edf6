import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

/** Folder that one run creates in the output folder before it writes; it also excludes other runs. */
export const STAGING = ".staging";
/** File in it with the process id of that run. */
const OWNER = "owner";
/** Longest wait for another run, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Another run is active and does not end. */
export class StagingBusy extends Error {
  override readonly name = "StagingBusy";
}

/** Runs `work` with an exclusive staging folder in `folder`. One that a killed run left behind is replaced. */
export async function withStaging<T>(folder: string, work: (staging: string) => Promise<T>): Promise<T> {
  const staging = join(folder, STAGING);
  await mkdir(folder, { recursive: true });
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isCreated(staging))) {
    const owner = Number(await readFile(join(staging, OWNER), "utf8").catch(() => 0));
    // A run killed before it wrote its process id is only recognized by the time that has passed.
    if (owner > 0 ? !isAlive(owner) : Date.now() > deadline) await rm(staging, { recursive: true, force: true });
    else if (Date.now() > deadline) throw new StagingBusy(`Process ${owner} is writing; it holds ${staging}.`);
    else await setTimeout(25);
  }
  try {
    await writeFile(join(staging, OWNER), String(process.pid));
    return await work(staging);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

interface Target {
  root: string;
  staging: string;
}

/**
 * Writes all of `files` (path below `root` → text) in their order, or none: after an error every file has its old bytes
 * and times again. `move` replaces `rename` in tests.
 */
export async function writeAll(
  { root, staging }: Target,
  files: ReadonlyMap<string, string>,
  move = rename,
): Promise<void> {
  const stagedNew = (file: string) => join(staging, "new", file);
  const stagedOld = (file: string) => join(staging, "old", file);
  const moved: string[] = [];
  try {
    for (const [file, text] of files) {
      for (const path of [stagedNew(file), stagedOld(file), join(root, file)])
        await mkdir(dirname(path), { recursive: true });
      await writeFile(stagedNew(file), text);
      await link(join(root, file), stagedOld(file)).catch(unlessMissing);
    }
    for (const file of files.keys()) {
      await move(stagedNew(file), join(root, file));
      moved.push(file);
    }
  } catch (error) {
    for (const file of moved) {
      await rm(join(root, file));
      await rename(stagedOld(file), join(root, file)).catch(unlessMissing);
    }
    throw error;
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

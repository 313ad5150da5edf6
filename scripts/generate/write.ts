import { link, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withLockFolder } from "../../server/command-line/lock-folder.ts";

/** Folder that a run creates in the output folder before it writes. It is also the lock that excludes other runs. */
export const STAGING = ".staging";

/** Runs `work` with an exclusive staging folder in `folder`. */
export async function withStaging<T>(folder: string, work: (staging: string) => Promise<T>): Promise<T> {
  const staging = join(folder, STAGING);
  await mkdir(folder, { recursive: true });
  return withLockFolder(staging, () => work(staging));
}

interface Target {
  root: string;
  staging: string;
}

/**
 * Writes all of `files` (path below `root` → text) in their order, or restores them all: after an error every file has
 * its old bytes and times. `move` replaces `rename` in tests.
 */
export async function writeAll(
  { root, staging }: Target,
  files: ReadonlyMap<string, string>,
  move = rename,
): Promise<void> {
  // One name, because the path may lead out of `root`: `../other/types.ts`.
  const stagedNew = (file: string) => join(staging, "new", encodeURIComponent(file));
  const stagedOld = (file: string) => join(staging, "old", encodeURIComponent(file));
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

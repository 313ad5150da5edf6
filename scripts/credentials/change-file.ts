import { existsSync } from "node:fs";
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CREDENTIALS_FILE, type CredentialsFile } from "../../server/auth/credentials-file.ts";
import { readJsonFile } from "../../server/auth/json-file.ts";

interface Change {
  /** Called again if another program has saved the file meanwhile. */
  change: (before: CredentialsFile) => CredentialsFile;
  /** Whether a missing file is created. */
  creates?: boolean;
}

/** A run takes milliseconds, so a temporary file of this age is from a run that was killed. */
const ABANDONED_MS = 10_000;

/**
 * Replaces a credentials file in one step, so that readers see the old version or the new one. The temporary file
 * excludes other runs. A new file has mode 0600; an existing one keeps its mode and owner, and a symbolic link stays one.
 * @throws ConfigurationError if the file or the result of `change` is not valid.
 */
export async function changeFile(path: string, options: Change): Promise<void> {
  const file = existsSync(path) ? await realpath(path) : path;
  const temporary = join(dirname(file), `.${basename(file)}.tmp`);
  while (!(await replace(file, temporary, options)));
}

/** Returns false if the file has changed before it could be replaced. */
async function replace(file: string, temporary: string, { change, creates = false }: Change): Promise<boolean> {
  const handle = await createExclusively(temporary);
  let isReplaced = false;
  try {
    const before = creates && !existsSync(file) ? undefined : readJsonFile(file, CREDENTIALS_FILE);
    const after = CREDENTIALS_FILE.parse(change(before?.value ?? { apiKeys: [], applicationTokens: [] }));
    await handle.writeFile(`${JSON.stringify(after, null, 2)}\n`);
    if (before) {
      const { uid, gid, mode } = await stat(file);
      await handle.chown(uid, gid);
      await handle.chmod(mode);
    }
    // Before the rename, so that a power cut does not leave an empty file.
    await handle.sync();
    const isUnchanged = before ? before.content.equals(await readFile(file)) : !existsSync(file);
    if (isUnchanged) await rename(temporary, file);
    isReplaced = isUnchanged;
  } finally {
    await handle.close();
    if (!isReplaced) await rm(temporary, { force: true });
  }
  return isReplaced;
}

/** Waits until no other run has the file. */
async function createExclusively(path: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, "wx", 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(path, { force: true });
    else await setTimeout(10);
  }
}

import { existsSync } from "node:fs";
import { chmod, chown, readFile, realpath, rename, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CREDENTIALS_FILE, type CredentialsFile } from "../auth/credentials-file.ts";
import { readJsonFile } from "../auth/json-file.ts";
import { withLockFolder } from "../command-line/lock-folder.ts";

interface Change {
  /** Called again if another program has saved the file meanwhile. */
  change: (before: CredentialsFile) => CredentialsFile;
  /** Whether a missing file is created. */
  creates?: boolean;
}

/**
 * Replaces a credentials file in one step, so that readers see the old version or the new one. Concurrent runs wait for
 * each other. A new file has mode 0600; an existing one keeps its mode and owner, and a symbolic link stays one.
 * @throws ConfigurationError if the file or the result of `change` is not valid.
 */
export async function changeFile(path: string, options: Change): Promise<void> {
  const file = existsSync(path) ? await realpath(path) : path;
  const folder = join(dirname(file), `.${basename(file)}.tmp`);
  await withLockFolder(folder, async () => {
    while (!(await replace(file, join(folder, "new.json"), options)));
  });
}

/** Returns false if the file has changed before it could be replaced. */
async function replace(file: string, temporary: string, { change, creates = false }: Change): Promise<boolean> {
  const before = creates && !existsSync(file) ? undefined : readJsonFile(file, CREDENTIALS_FILE);
  const after = CREDENTIALS_FILE.parse(change(before?.value ?? { apiKeys: [], applicationTokens: [] }));
  // Flushed before the rename, so that a power cut does not leave an empty file.
  await writeFile(temporary, `${JSON.stringify(after, null, 2)}\n`, { mode: 0o600, flush: true });
  if (before) {
    const { uid, gid, mode } = await stat(file);
    await chown(temporary, uid, gid);
    await chmod(temporary, mode);
  }
  const isUnchanged = before ? before.content.equals(await readFile(file)) : !existsSync(file);
  if (isUnchanged) await rename(temporary, file);
  return isUnchanged;
}

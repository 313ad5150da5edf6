import { existsSync } from "node:fs";
import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CREDENTIALS_FILE, type CredentialsFile } from "../../server/auth/credentials-file.ts";
import { readJsonFile } from "../../server/auth/json-file.ts";
import { holding } from "./lock.ts";

interface Change {
  /** Called again where another program has saved the file meanwhile. */
  change: (before: CredentialsFile) => CredentialsFile;
  /** Whether a file that does not exist is created. */
  creates?: boolean;
}

/**
 * Replaces a credentials file in one step, so that readers see the old version or the new one. Runs wait for each other.
 * A new file has mode 0600; an existing one keeps its mode and owner, and a symbolic link stays one.
 * @throws ConfigurationError where the file, or what `change` makes of it, is not valid.
 */
export async function changeFile(path: string, { change, creates = false }: Change): Promise<void> {
  const file = existsSync(path) ? await realpath(path) : path;
  const hidden = join(dirname(file), `.${basename(file)}`);
  await holding(`${hidden}.lock`, async () => {
    const temporary = `${hidden}.tmp`;
    try {
      while (!(await replace(file, temporary, { change, creates })));
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

/** False where the file has changed before it could be replaced. */
async function replace(file: string, temporary: string, { change, creates }: Change): Promise<boolean> {
  const isNew = creates && !existsSync(file);
  const before = isNew ? undefined : readJsonFile(file, CREDENTIALS_FILE);
  const after = CREDENTIALS_FILE.parse(change(before?.value ?? { apiKeys: [], applicationTokens: [] }));
  await writeDurably(temporary, `${JSON.stringify(after, null, 2)}\n`, before && (await stat(file)));
  const isUnchanged = before ? before.content.equals(await readFile(file)) : !existsSync(file);
  if (isUnchanged) await rename(temporary, file);
  return isUnchanged;
}

/** On disk before the rename, so that no power cut leaves an empty file under the file's name. */
async function writeDurably(path: string, text: string, old?: { mode: number; uid: number; gid: number }) {
  // A killed run may have left one.
  await rm(path, { force: true });
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(text);
    if (old) await handle.chown(old.uid, old.gid);
    if (old) await handle.chmod(old.mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

import { open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { holding } from "./lock.ts";

type Change = (content: Buffer | undefined) => string | Promise<string>;

/**
 * Replaces a file as a whole, so that readers see the old one or the new one. Runs wait for each other; where somebody
 * else, an editor say, has saved meanwhile, `change` is asked again. A new file is its owner's alone (mode 0600), one
 * that was there keeps its mode and owner. `change` gets undefined where there is no file.
 */
export async function changeFile(path: string, change: Change): Promise<void> {
  // A link stays a link.
  const file = (await unlessMissing(realpath(path))) ?? path;
  const [folder, name] = [dirname(file), basename(file)];
  await holding(join(folder, `.${name}.lock`), async () => {
    await clearLeftovers(folder, name);
    const temporary = join(folder, `.${name}.${process.pid}.tmp`);
    try {
      while (!(await replace(file, temporary, change)));
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

/** False where the file became another one before it could be replaced. */
async function replace(file: string, temporary: string, change: Change): Promise<boolean> {
  const before = await unlessMissing(readFile(file));
  await writeDurably(temporary, await change(before), await unlessMissing(stat(file)));
  const now = await unlessMissing(readFile(file));
  const isSame = before && now ? before.equals(now) : before === now;
  await (isSame ? rename(temporary, file) : rm(temporary));
  return isSame;
}

/** On disk when it returns, so that no power cut leaves the new name with nothing in it. */
async function writeDurably(path: string, text: string, old?: { mode: number; uid: number; gid: number }) {
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

/** What a killed run has left behind; nobody else writes while the lock is held. */
async function clearLeftovers(folder: string, name: string): Promise<void> {
  const left = (await readdir(folder)).filter((other) => other.startsWith(`.${name}.`) && /\.\d+\.tmp$/.test(other));
  for (const other of left) await rm(join(folder, other), { force: true });
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

import { readFile, stat } from "node:fs/promises";
import type { JWTVerifyGetKey } from "jose";
import type { Logger } from "pino";
import { JwksRefused, type KeySet, readKeySet } from "./key-set.ts";

/**
 * The keys in a JWKS file. Another version of the file counts from the next token on; one that can't be used is warned
 * of once, and the keys of the last good one stay.
 * @throws JwksRefused, naming the file, if it can't be used at the start.
 */
export async function jwksFromFile(file: string, { log }: { log: Logger }): Promise<JWTVerifyGetKey> {
  let version = await versionOf(file);
  let set = await read(file);
  const reload = async () => {
    const found = await versionOf(file);
    if (found === version) return;
    version = found;
    set = await read(file).catch((error: Error) => {
      log.warn({ reason: error.message }, "the changed key set can't be used; the last good one stays");
      return set;
    });
  };
  return async (header, token) => {
    await reload();
    return set.key(header, token);
  };
}

async function read(file: string): Promise<KeySet> {
  try {
    const set = readKeySet(await readFile(file));
    const [kid] = set.repeated;
    if (kid === undefined) return set;
    throw new JwksRefused(`two keys have the kid '${kid}'`);
  } catch (error) {
    throw new JwksRefused(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** What differs whenever the file was written or replaced; the same for every time it is not there. */
async function versionOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : "absent";
}

import { unwatchFile, watch, watchFile } from "node:fs";
import { basename, dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import type { Credentials } from "./credentials.ts";
import { CredentialsRefused, readCredentials } from "./credentials-file.ts";

/** An editor saves in several steps. */
const DEBOUNCE_MS = 50;
/** How often the file is looked at where no event comes: network drives, a folder or a link that was replaced. */
const POLL_MS = 2_000;

export interface OpenCredentials {
  /** As of the last good state of the file. */
  current(): Credentials;
  close(): void;
}

/**
 * Reads a credentials file and follows its changes; after a bad edit or without the file the last good ones go on
 * counting, and the log says why.
 * @throws CredentialsRefused where the file can't be used at the start
 */
export function openCredentials(file: string, log: Logger): OpenCredentials {
  let credentials = readCredentials(file);
  let refusal = "";
  let timer: NodeJS.Timeout | undefined;
  const accept = (next: Credentials) => {
    if (refusal === "" && isDeepStrictEqual(next, credentials)) return;
    [credentials, refusal] = [next, ""];
    const { apiKeys, applicationTokens } = next;
    log.info({ apiKeys: apiKeys.length, applicationTokens: applicationTokens.length }, "credentials reloaded");
  };
  const refuse = ({ problems }: CredentialsRefused) => {
    if (refusal === problems.join("\n")) return;
    refusal = problems.join("\n");
    log.warn({ problems }, "credentials not reloaded, the last good ones go on counting");
  };
  const look = () => {
    try {
      accept(readCredentials(file));
    } catch (error) {
      if (!(error instanceof CredentialsRefused)) throw error;
      refuse(error);
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, DEBOUNCE_MS);
  };
  // The folder, because editors and our own command save by replacing the file.
  const watcher = watch(dirname(file), { persistent: false }, (_, name) => {
    if (name === null || name === basename(file)) soon();
  });
  watcher.on("error", ({ message }) => log.warn({ reason: message }, "the credentials' folder is no longer watched"));
  watchFile(file, { persistent: false, interval: POLL_MS }, soon);
  // For a change between the reading above and the watching.
  soon();
  return {
    current: () => credentials,
    close() {
      clearTimeout(timer);
      watcher.close();
      unwatchFile(file, soon);
    },
  };
}

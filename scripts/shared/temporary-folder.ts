import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onExit } from "./on-exit.ts";

export interface TemporaryFolder {
  path: string;
  /** Deletes the folder. The exit of this process does the same. */
  remove(): void;
}

export function makeTemporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), "nexus-sync-"));
  const removeFolder = () => rmSync(path, { recursive: true, force: true });
  const forget = onExit(removeFolder);
  return {
    path,
    remove() {
      forget();
      removeFolder();
    },
  };
}

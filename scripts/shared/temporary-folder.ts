import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onExit } from "./on-exit.ts";

/** Creates a folder; `remove` deletes it, and so does the exit of this process. */
export function makeTemporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "nexus-sync-"));
  const deleteFolder = () => rmSync(path, { recursive: true, force: true });
  const forget = onExit(deleteFolder);
  const remove = () => {
    forget();
    deleteFolder();
  };
  return { path, remove };
}

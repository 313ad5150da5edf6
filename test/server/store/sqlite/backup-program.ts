import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Program } from "../../../../scripts/shared/program.ts";
import { openSqliteStore } from "../../../../server/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../../server/store/store.ts";
import { startTestProgram } from "../../../helpers/program.ts";
import { temporaryDatabase } from "../../../helpers/temporary-folder.ts";
import { directoryOf } from "../store-under-test.ts";

const BACKUP = fileURLToPath(new URL("../../../../server/store/sqlite/backup.ts", import.meta.url));

/** Starts the command as a process. */
export function startBackup(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Program {
  return startTestProgram([process.execPath, BACKUP, ...args], { env: { ...process.env, ...environment } });
}

export function storeOf(file: string): Store {
  const store = openSqliteStore(file);
  onTestFinished(() => store.close().catch(() => {}));
  return store;
}

/** A store with the users u-0 to u-299. */
export async function storeWithUsers(): Promise<{ file: string; store: Store }> {
  const file = temporaryDatabase();
  const store = storeOf(file);
  await store.load(directoryOf({ users: Array.from({ length: 300 }, (_, index) => ({ id: `u-${index}` })) }));
  return { file, store };
}

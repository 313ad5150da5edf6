import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startTestProgram } from "../helpers/program.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { createSqliteScene } from "./scene.ts";
import { canMountSmallDisk, mountSmallDisk } from "./small-disk.ts";
import { surviveOutage } from "./sqlite-outage.ts";

/** Makes files read-only even for root, and even if they are open. */
function makeImmutable(files: readonly string[]): () => void {
  execFileSync("chattr", ["+i", ...files], { stdio: "ignore" });
  const undo = () => void execFileSync("chattr", ["-i", ...files]);
  onTestFinished(undo);
  return undo;
}

function canMakeImmutable(): boolean {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  try {
    makeImmutable([file])();
    return true;
  } catch {
    return false;
  }
}

/** Another process that holds the write lock until the returned function is called. */
async function lockFromOutside(database: string): Promise<() => Promise<void>> {
  const script = `
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(process.argv[1], { timeout: 5_000 });
    database.exec("BEGIN EXCLUSIVE");
    console.log("locked");
    setInterval(() => database, 1_000);`;
  const { printed, end } = startTestProgram([process.execPath, "-e", script, database]);
  await printed(/locked/);
  return async () => void (await end("SIGKILL"));
}

test("on a full disk syncs are 503 until there is space; a sync that changes nothing is 200", async (context) => {
  context.skip(!canMountSmallDisk(), "mounting a small disk requires root or unshare -rm");
  const { folder, fill, free } = mountSmallDisk(8);
  await surviveOutage(createSqliteScene({ users: 40, folder }), {
    begin: fill,
    end: free,
    reason: /database or disk is full/,
    unchanged: 200,
  });
});

test("while another process locks the file, syncs are 503", async () => {
  const scene = createSqliteScene({ users: 40 });
  let unlock = async () => {};
  await surviveOutage(scene, {
    begin: async () => {
      unlock = await lockFromOutside(scene.database);
    },
    end: () => unlock(),
    reason: /database is locked/,
    unchanged: 503,
  });
});

test("while the files are read-only, syncs are 503; a sync that changes nothing is 200", async (context) => {
  context.skip(!canMakeImmutable(), "chattr +i requires root and a file system that supports it");
  const scene = createSqliteScene({ users: 40 });
  let undo = () => {};
  await surviveOutage(scene, {
    begin: () => {
      // Except -shm, which is mapped into memory: a write to it would end the process with SIGBUS.
      undo = makeImmutable([scene.database, `${scene.database}-wal`]);
    },
    end: () => undo(),
    reason: /disk I\/O error|readonly/,
    unchanged: 200,
  });
});

test("a server does not start on a read-only file, and exits with 2 and one line", async (context) => {
  context.skip(!canMakeImmutable(), "chattr +i requires root and a file system that supports it");
  const { database, startServer } = createSqliteScene({ users: 1 });
  await (await startServer()).end("SIGTERM");
  makeImmutable([database]);

  await expect(startServer()).rejects.toThrow(
    /^The program ended with 2 before it printed \S+: The database \S+ can't be opened: [^\n]+$/,
  );
});

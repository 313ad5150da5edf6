import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createScene } from "./scene.ts";
import { startServerUnderTest } from "./server-under-test.ts";
import { canMountSmallDisk, mountSmallDisk } from "./small-disk.ts";
import { surviveOutage } from "./sqlite-outage.ts";

/** Permissions do not stop root; this does, even on a file that is open. */
function makeImmutable(files: readonly string[]): () => void {
  execFileSync("chattr", ["+i", ...files]);
  const undo = () => void execFileSync("chattr", ["-i", ...files]);
  onTestFinished(undo);
  return undo;
}

function canMakeImmutable(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-immutable-"));
  const file = join(folder, "file");
  writeFileSync(file, "");
  try {
    for (const change of ["+i", "-i"]) execFileSync("chattr", [change, file], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A process of somebody else that holds the write lock until it is ended. */
async function lockFromOutside(database: string): Promise<() => Promise<void>> {
  const script = `
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(process.argv[1], { timeout: 5_000 });
    database.exec("BEGIN EXCLUSIVE");
    console.log("locked");
    setInterval(() => database, 1_000);`;
  const child = spawn(process.execPath, ["-e", script, database], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
}

test("a full disk is 503 until there is room again, and a sync that changes nothing is still answered", async (context) => {
  context.skip(!canMountSmallDisk(), "only root can mount a small disk: run it as root, or under unshare -rm");
  const scene = createScene({ users: 40 });
  const disk = mountSmallDisk(scene.folder, 8);
  await surviveOutage(scene, {
    database: join(disk.folder, "nexus.sqlite"),
    begin: disk.fill,
    end: disk.free,
    reason: /database or disk is full/,
    unchanged: 200,
  });
});

test("a file that another process has locked is 503 until it lets go", async () => {
  const scene = createScene({ users: 40 });
  const database = join(scene.folder, "nexus.sqlite");
  let letGo = async () => {};
  await surviveOutage(scene, {
    database,
    begin: async () => {
      letGo = await lockFromOutside(database);
    },
    end: () => letGo(),
    reason: /database is locked/,
    unchanged: 503,
  });
});

test("files that can't be written any more are 503 until they can", async (context) => {
  context.skip(!canMakeImmutable(), "chattr +i does not work here: it takes root and a file system that knows it");
  const scene = createScene({ users: 40 });
  const database = join(scene.folder, "nexus.sqlite");
  let undo = () => {};
  await surviveOutage(scene, {
    database,
    begin: () => {
      // Not -shm, which holds no data but is mapped into memory: the system itself ends a process that writes there.
      undo = makeImmutable([database, `${database}-wal`]);
    },
    end: () => undo(),
    reason: /disk I\/O error|readonly/,
    unchanged: 200,
  });
});

test("a file that can only be read when the server starts ends it with exit 2 and one clear line", async (context) => {
  context.skip(!canMakeImmutable(), "chattr +i does not work here: it takes root and a file system that knows it");
  const { folder, flags } = createScene({ users: 1 });
  const database = join(folder, "nexus.sqlite");
  const server = await startServerUnderTest([...flags, "--database", database]);
  await server.end("SIGTERM");
  makeImmutable([database]);

  await expect(startServerUnderTest([...flags, "--database", database])).rejects.toThrow(
    /^The server ended with 2 before it listened: The database \S+ can't be opened: [^\n]+$/,
  );
});

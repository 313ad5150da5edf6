import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export interface SmallDisk {
  folder: string;
  /** Takes every byte that is left. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
}

/** Whether a small disk can be mounted: by root, and by anybody under `unshare -rm`; on Linux only. */
export function canMountSmallDisk(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "nexus-sync-faults", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

/** A file system of its own in memory, of a few megabytes; unmounted when the test has ended, however it does. */
export function mountSmallDisk(parent: string, megabytes: number): SmallDisk {
  const folder = join(parent, "disk");
  mkdirSync(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "nexus-sync-faults", folder]);
  // Lazily: a server that the test has not yet ended may hold files open.
  onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
  const filler = join(folder, "filler");
  return {
    folder,
    fill: () => fillWith(filler),
    free: () => rmSync(filler, { force: true }),
  };
}

function fillWith(file: string): void {
  const descriptor = openSync(file, "a");
  try {
    for (const size of [65_536, 4_096]) writeUntilFull(descriptor, Buffer.alloc(size));
  } finally {
    closeSync(descriptor);
  }
}

function writeUntilFull(descriptor: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(descriptor, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

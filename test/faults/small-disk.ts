import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

export interface SmallDisk {
  folder: string;
  /** Uses all free space. */
  fill(): void;
  /** Frees the space that `fill` used. */
  free(): void;
}

/** True if a tmpfs can be mounted: on Linux, as root or under `unshare -rm`. */
export function canMountSmallDisk(): boolean {
  const folder = temporaryFolder();
  try {
    mount(folder, 1);
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  }
}

/** Mounts a tmpfs, which is unmounted at the end of the test. */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const folder = temporaryFolder();
  mount(folder, megabytes);
  // Lazily, because a running server may have files open.
  onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
  const filler = join(folder, "filler");
  return { folder, fill: () => fillWith(filler), free: () => rmSync(filler, { force: true }) };
}

function mount(folder: string, megabytes: number): void {
  const options = ["-t", "tmpfs", "-o", `size=${megabytes}m`, "nexus-sync-faults", folder];
  execFileSync("mount", options, { stdio: "ignore" });
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

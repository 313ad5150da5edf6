import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { ConfigurationError } from "./configuration-error.ts";
import type { RunningServer } from "./running-server.ts";
import type { LoadCount } from "./store/store.ts";

/** The facts of a started server for other programs: one line of JSON. */
export interface Ready {
  event: "ready";
  url: string;
  /** Absent without a control port. */
  controlUrl?: string;
  /** Counts of the directory that was loaded; absent without one. */
  loaded?: LoadCount;
  /** Operations that respond with examples; absent if each has a handler. */
  withoutHandler?: string[];
}

/** The facts of both modes. */
export function readyOf({ url, controlUrl, loaded }: RunningServer & { controlUrl?: string }): Ready {
  return { event: "ready", url, ...(controlUrl !== undefined && { controlUrl }), ...(loaded && { loaded }) };
}

/** The first lines of the banner in both modes. */
export function bannerLines({ url, loaded }: RunningServer): string[] {
  const changed = loaded && `${loaded.total} directory entries were read; ${loaded.changed} were new or changed`;
  return [`nexus-sync contract server on ${url}  (stop with Ctrl-C)`, ...(changed ? [changed] : [])];
}

/**
 * Prepares a file that exists while the server is ready: an older one is removed now. The returned function writes it in one
 * step, with mode 0600, because it may contain demo credentials. The exit of the process removes it.
 * @throws ConfigurationError if it can't be written, or there is something else: a device, a link, or a file with other content.
 */
export function prepareReadyFile(file: string): (content: object) => void {
  const temporary = `${file}.${process.pid}.tmp`;
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      throw new ConfigurationError(`The ready file ${file} can't be written: ${(error as Error).message}.`);
    }
  };
  attempt(() => {
    if (isOther(file)) throw new Error("it is another file, a folder, a link or a device; choose another name");
    rmSync(file, { force: true });
    writeFileSync(temporary, "", { mode: 0o600, flag: "wx" });
  });
  process.once("exit", () => rmSync(temporary, { force: true }));
  return (content) => {
    const text = `${JSON.stringify({ ...content, pid: process.pid })}\n`;
    attempt(() => {
      writeFileSync(temporary, text, { flag: "r+" });
      renameSync(temporary, file);
    });
    process.once("exit", () => removeOwn(file, text));
  };
}

/** Whether there is something that is neither a ready file nor empty, as `mktemp` makes it. */
function isOther(file: string): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found) return false;
  return !found.isFile() || (found.size > 0 && !readFileSync(file, "utf8").startsWith('{"event":"ready"'));
}

/** Keeps the file of another server, which may have been given the same name. */
function removeOwn(file: string, text: string): void {
  try {
    if (readFileSync(file, "utf8") === text) rmSync(file);
  } catch {
    // It has been removed already.
  }
}

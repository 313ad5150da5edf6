import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
 * @throws ConfigurationError if it can't be written.
 */
export function prepareReadyFile(file: string): (content: object) => void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    rmSync(file, { force: true });
    writeFileSync(temporary, "", { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new ConfigurationError(`The ready file ${file} can't be written: ${(error as Error).message}.`);
  }
  process.once("exit", () => rmSync(temporary, { force: true }));
  return (content) => {
    const text = `${JSON.stringify({ ...content, pid: process.pid })}\n`;
    writeFileSync(temporary, text);
    renameSync(temporary, file);
    process.once("exit", () => removeOwn(file, text));
  };
}

/** Keeps the file of another server, which may have been given the same name. */
function removeOwn(file: string, text: string): void {
  try {
    if (readFileSync(file, "utf8") === text) rmSync(file);
  } catch {
    // It has been removed already.
  }
}

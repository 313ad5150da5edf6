import type { RunningServer } from "./running-server.ts";

/** The first lines of the banner in both modes. */
export function bannerLines({ url, loaded }: RunningServer): string[] {
  const changed = loaded && `${loaded.total} directory entries were read; ${loaded.changed} were new or changed`;
  return [`nexus-sync contract server on ${url}  (stop with Ctrl-C)`, ...(changed ? [changed] : [])];
}

import { join } from "node:path";
import { startService } from "./our-server.ts";
import type { Place } from "./place.ts";
import { startPrism } from "./prism.ts";
import type { ServerChild } from "./server-child.ts";
import { type Spread, spreadOf } from "./spread.ts";
import { Unavailable } from "./unavailable.ts";

/** Milliseconds from the start of the process to the first 200. */
export interface StartTimes {
  ours: Spread;
  /** Null where Prism is not there. */
  prism: Spread | null;
}

/** Starts ours, with 1,000 users in its file, and Prism in turn. */
export async function startTimes(place: Place, starts: number, progress: (what: string) => void): Promise<StartTimes> {
  const ours = () => startService({ place, database: join(place.folder, "start.sqlite") });
  const times: Record<"ours" | "prism", number[]> = { ours: [], prism: [] };
  // The first start compiles and loads the directory; installing Prism may be part of its first.
  const hasPrism = await isThere(() => startPrism(place));
  await readyMs(ours);
  for (let turn = 1; turn <= starts; turn += 1) {
    progress(`start ${turn} of ${starts}`);
    times.ours.push(await readyMs(ours));
    if (hasPrism) times.prism.push(await readyMs(() => startPrism(place)));
  }
  return { ours: spreadOf(times.ours), prism: hasPrism ? spreadOf(times.prism) : null };
}

async function readyMs(start: () => Promise<ServerChild>): Promise<number> {
  const server = await start();
  await server.end();
  return server.readyMs;
}

async function isThere(start: () => Promise<ServerChild>): Promise<boolean> {
  return readyMs(start).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Unavailable) return false;
      throw error;
    },
  );
}

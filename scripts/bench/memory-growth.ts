import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { load, type Running } from "./load.ts";
import { startService } from "./our-server.ts";
import { type Place, USERS } from "./place.ts";
import { processFigures } from "./process-figures.ts";
import { requestsOf } from "./requests.ts";
import { spreadOf } from "./spread.ts";

const [FEW, MANY] = [10_000, 1_000_000];
/** Resident memory swings with each collection of garbage: the median of some readings. */
const READINGS = 10;

export interface MemoryGrowth {
  /** MB after so many changing syncs on a SQLite file. */
  after: { requests: number; rssMb: number }[];
  times: number;
}

/** Null where there is no /proc. */
export async function memoryGrowth(place: Place, progress: (what: string) => void): Promise<MemoryGrowth | null> {
  const server = await startService({ place, database: join(place.folder, "memory.sqlite") });
  try {
    const after: MemoryGrowth["after"] = [];
    let sent = 0;
    for (const [round, requests] of [FEW, MANY].entries()) {
      progress(`memory: up to ${requests} requests`);
      await sendThrough(place, server, round, requests - sent);
      sent = requests;
      const rssMb = await restingRss(server);
      if (rssMb === undefined) return null;
      after.push({ requests, rssMb });
    }
    const [few, many] = after;
    return { after, times: (many?.rssMb ?? Number.NaN) / (few?.rssMb ?? Number.NaN) };
  } finally {
    await server.end();
  }
}

async function sendThrough(place: Place, server: Running, round: number, amount: number): Promise<void> {
  const plan = { headers: place.basic, kind: "changing", users: USERS } as const;
  const requests = (connection: number) => requestsOf(plan, connection, round);
  const { wrongCount, wrong } = await load({ server, status: 200, requestsOf: requests, length: { amount } });
  // A start under load may be refused some for overload: what counts here is that the work was done.
  if (wrongCount > amount / 100) throw new Error(`Too many requests were not answered with 200: ${wrong.join(", ")}.`);
}

async function restingRss({ pids }: Running): Promise<number | undefined> {
  const readings: number[] = [];
  for (let reading = 0; reading < READINGS; reading += 1) {
    await wait(300);
    const figures = processFigures(pids);
    if (!figures) return undefined;
    readings.push(figures.rssMb);
  }
  return spreadOf(readings).median;
}

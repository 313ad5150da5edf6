import { join } from "node:path";
import { makeDirectory } from "../load/made-directory.ts";
import { startService } from "./our-server.ts";
import type { Place } from "./place.ts";
import { type Figures, type Racer, type Turns, takeTurns } from "./rounds.ts";
import { usualUser } from "./usual-sign-in.ts";

export interface Growth {
  kind: "same" | "changing";
  sizes: { users: number; figures: Figures }[];
  /** p50 over the most users, in p50 over the fewest; NaN where figures do not count. */
  times: number;
}

/** Loads each directory into a file of its own, and asks over HTTP for users from everywhere, the sizes in turn. */
export async function userGrowth(place: Place, mostUsers: number, turns: Turns): Promise<Growth[]> {
  const racers: Racer[] = [];
  try {
    for (const users of sizesUpTo(mostUsers)) {
      turns.progress(`loading ${users} users`);
      const directory = join(place.folder, `${users}.ndjson`);
      await makeDirectory(directory, users, usualUser);
      const server = await startService({ place, directory, database: join(place.folder, `${users}.sqlite`) });
      racers.push({ name: String(users), status: 200, server, plan: { headers: place.basic, kind: "same", users } });
    }
    return [await growthOf("same", racers, turns), await growthOf("changing", racers, turns)];
  } finally {
    await Promise.all(racers.map(({ server }) => server.end()));
  }
}

const SIZES = [1_000, 100_000, 1_000_000];

function sizesUpTo(most: number): number[] {
  return [...SIZES.filter((size) => size < most), most];
}

async function growthOf(kind: Growth["kind"], racers: readonly Racer[], turns: Turns): Promise<Growth> {
  const asked = racers.map((racer) => ({ ...racer, plan: { ...racer.plan, kind } }));
  const figures = await takeTurns(asked, turns);
  const sizes = [...figures].map(([name, own]) => ({ users: Number(name), figures: own }));
  const [few, many] = [sizes[0], sizes.at(-1)].map((size) =>
    size?.figures.wrong.length === 0 ? size.figures.p50Ms.median : Number.NaN,
  );
  return { kind, sizes, times: (many ?? Number.NaN) / (few ?? Number.NaN) };
}

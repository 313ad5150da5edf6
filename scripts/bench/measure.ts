import { contestants } from "./contestants.ts";
import { type ContractSize, contractGrowth } from "./contract-growth.ts";
import { type MemoryGrowth, memoryGrowth } from "./memory-growth.ts";
import type { BenchOptions } from "./options.ts";
import type { Place } from "./place.ts";
import { type Result, race } from "./race.ts";
import { type StartTimes, startTimes } from "./start-times.ts";
import { type ClientFigures, clientFigures, type GenerateFigures, generateFigures } from "./tooling.ts";
import { type Growth, userGrowth } from "./user-growth.ts";

/** What a run measured; null where it was not asked for. */
export interface BenchResults {
  race: Result[];
  start: StartTimes | null;
  users: Growth[] | null;
  contract: ContractSize[] | null;
  generate: GenerateFigures | null;
  client: ClientFigures | null;
  memory: MemoryGrowth | null;
}

export interface Voice {
  print(line: string): void;
  progress(what: string): void;
}

/**
 * Measures what the options ask for, one part after the other: nothing else runs beside what is measured. A part that
 * fails is told, and takes nothing of the others with it.
 */
export async function measure(place: Place, options: BenchOptions, { print, progress }: Voice) {
  const { rounds, seconds, starts, mostUsers, has } = options;
  const turns = { rounds, seconds, progress };
  const failed: string[] = [];
  const attempt = async <T>(name: string, work: () => Promise<T>): Promise<T | null> => {
    progress(name);
    return work().catch((error: Error) => {
      failed.push(name);
      print(`FAILED ${name}: ${error.message}`);
      return null;
    });
  };
  const part = async <T>(name: string, work: () => Promise<T>) => (has(name) ? attempt(name, work) : null);
  const chosen = contestants(place).filter(({ name }) => has(name));
  const results: BenchResults = {
    race: chosen.length > 0 ? ((await attempt("race", () => race(chosen, turns, print))) ?? []) : [],
    start: await part("start", () => startTimes(place, starts, progress)),
    users: await part("users", () => userGrowth(place, mostUsers, turns)),
    contract: await part("contract", () => contractGrowth(place, turns)),
    generate: await part("generate", generateFigures),
    client: await part("client", clientFigures),
    memory: await part("memory", () => memoryGrowth(place, progress)),
  };
  return { results, failed };
}

import { spreadOf } from "../shared/statistics.ts";
import { load } from "./load.ts";
import type { Row } from "./report.ts";
import type { Site, Target } from "./service.ts";
import type { RequestPlan } from "./sign-ins.ts";

export interface Bench {
  site: Site;
  rounds: number;
  /** Length of a round. */
  seconds: number;
  /** Resolves with undefined, and reports the error, if the work fails. The bench continues. */
  attempt<T>(title: string, work: () => Promise<T>): Promise<T | undefined>;
}

/** Figures that need /proc are undefined on systems without it. */
export type Figures = Record<string, number | undefined>;

/** Measurements by the titles of their rows. */
export type Measures = Record<string, () => Promise<Figures>>;

/** A server to start, the requests to send, and the only status that counts as success. */
export interface Candidate {
  title: string;
  status: number;
  plan: RequestPlan;
  start(): Promise<Target>;
}

/** Starts all servers, warms each up for a round, and loads them in turn: A B C A B C. */
export async function race(candidates: readonly Candidate[], bench: Bench): Promise<Row[]> {
  const targets: Target[] = [];
  const measures: Measures = {};
  for (const { title, plan, status, start } of candidates) {
    const target = await bench.attempt(title, start);
    if (!target) continue;
    targets.push(target);
    measures[title] = async () => {
      const figures = await load(target, { plan, status, seconds: bench.seconds });
      return { ...figures, "start s": target.readyMs / 1_000 };
    };
  }
  const rows = await sideBySide(measures, bench);
  await Promise.all(targets.map(({ end }) => end()));
  return rows;
}

/**
 * Takes the measurements in turn; round 0 is a warm-up. Each figure is the spread of the rounds; a measurement that fails
 * once has no figures and is not repeated.
 */
export async function sideBySide(measures: Measures, bench: Bench): Promise<Row[]> {
  const all = Object.entries(measures).map(([title, measure]) => {
    const rounds: (Figures | undefined)[] = [];
    return { title, measure, rounds };
  });
  for (let round = 0; round <= bench.rounds; round += 1) {
    for (const { title, measure, rounds } of all) {
      if (rounds.includes(undefined)) continue;
      rounds.push(await bench.attempt(`${title}, round ${round} of ${bench.rounds}`, measure));
    }
  }
  return all.map(({ title, rounds }) => ({ title, cells: rounds.includes(undefined) ? {} : cellsOf(rounds.slice(1)) }));
}

function cellsOf(rounds: readonly (Figures | undefined)[]): Row["cells"] {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const values = rounds.flatMap((figures) => figures?.[name] ?? []);
      return [name, values.length > 0 ? spreadOf(values) : null];
    }),
  );
}

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
  /** Default 16. */
  connections?: number;
  start(): Promise<Target>;
}

/** The last warm-up rounds must differ by at most this share in their first figure. */
const STEADY_SHARE = 0.05;
const STEADY_ROUNDS = 3;
/** On a machine that is not quiet, the figures never become steady. */
const MAX_WARM_UPS = 6;

/** Starts all servers, warms them up, and loads them in turn: A B C A B C. */
export async function race(candidates: readonly Candidate[], bench: Bench): Promise<Row[]> {
  const targets: Target[] = [];
  const measures: Measures = {};
  for (const { title, start, ...request } of candidates) {
    const target = await bench.attempt(title, start);
    if (!target) continue;
    targets.push(target);
    measures[title] = async () => {
      const figures = await load(target, { ...request, seconds: bench.seconds });
      return { ...figures, "start s": target.readyMs / 1_000 };
    };
  }
  const rows = await sideBySide(measures, bench);
  await Promise.all(targets.map(({ end }) => end()));
  return rows;
}

/**
 * Takes the measurements in turn, after warm-up rounds until the last three of each agree within 5 %. Each figure is the
 * spread of the rounds after them; a measurement that fails once has no figures and is not repeated.
 */
export async function sideBySide(measures: Measures, bench: Bench): Promise<Row[]> {
  const all = Object.entries(measures).map(([title, measure]) => {
    const rounds: (Figures | undefined)[] = [];
    return { title, measure, rounds };
  });
  const takeRound = async (name: string) => {
    for (const { title, measure, rounds } of all) {
      if (!rounds.includes(undefined)) rounds.push(await bench.attempt(`${title}, ${name}`, measure));
    }
  };
  for (let round = 1; round <= MAX_WARM_UPS && !all.every(({ rounds }) => isSteady(rounds)); round += 1) {
    await takeRound(`warm-up ${round}`);
  }
  for (let round = 1; round <= bench.rounds; round += 1) await takeRound(`round ${round} of ${bench.rounds}`);
  return all.map(({ title, rounds }) => {
    return { title, cells: rounds.includes(undefined) ? {} : cellsOf(rounds.slice(-bench.rounds)) };
  });
}

function isSteady(rounds: readonly (Figures | undefined)[]): boolean {
  if (rounds.includes(undefined)) return true;
  const values = rounds.slice(-STEADY_ROUNDS).map((figures) => Object.values(figures ?? {})[0] ?? 0);
  return values.length === STEADY_ROUNDS && Math.min(...values) >= Math.max(...values) * (1 - STEADY_SHARE);
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

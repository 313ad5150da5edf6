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
  progress(text: string): void;
  /** Resolves with undefined, and reports the error, if the work fails. The bench continues. */
  attempt<T>(title: string, work: () => Promise<T>): Promise<T | undefined>;
}

/** Figures that need /proc are undefined on systems without it. */
export type Figures = Record<string, number | undefined>;

export interface Contender {
  title: string;
  measure(): Promise<Figures>;
  end?(): Promise<unknown>;
}

/** A server to start, the requests to send, and the only status that counts as success. */
export interface Candidate {
  title: string;
  status: number;
  plan: RequestPlan;
  start(): Promise<Target>;
}

/** Starts all servers, warms each up for a round, and loads them in turn: A B C A B C. */
export async function race(candidates: readonly Candidate[], bench: Bench): Promise<Row[]> {
  const contenders: Contender[] = [];
  for (const { title, plan, status, start } of candidates) {
    const target = await bench.attempt(title, start);
    if (!target) continue;
    const measure = async () => {
      const figures = await load(target, { plan, status, seconds: bench.seconds });
      return { ...figures, "start s": target.readyMs / 1_000 };
    };
    contenders.push({ title, measure, end: target.end });
  }
  return sideBySide(contenders, bench);
}

/** Contenders of a single figure. */
export function singleFigure(unit: string, works: Record<string, () => Promise<number>>): Contender[] {
  return Object.entries(works).map(([title, work]) => ({ title, measure: async () => ({ [unit]: await work() }) }));
}

/**
 * Measures the contenders in turn; round 0 is a warm-up. Each figure is the spread of the rounds; a contender that fails
 * has no figures.
 */
export async function sideBySide(contenders: readonly Contender[], bench: Bench): Promise<Row[]> {
  const all = contenders.map((contender) => ({ ...contender, results: [] as Figures[], isFailed: false }));
  for (let round = 0; round <= bench.rounds; round += 1) {
    for (const one of all.filter(({ isFailed }) => !isFailed)) {
      bench.progress(`round ${round} of ${bench.rounds}: ${one.title}`);
      const figures = await bench.attempt(one.title, one.measure);
      one.isFailed = figures === undefined;
      one.results.push(figures ?? {});
    }
  }
  await Promise.all(all.map(({ end }) => end?.()));
  return all.map(({ title, results, isFailed }) => ({ title, cells: isFailed ? {} : cellsOf(results.slice(1)) }));
}

export function cellsOf(rounds: readonly Figures[]): Row["cells"] {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const values = rounds.flatMap((figures) => figures[name] ?? []);
      return [name, values.length > 0 ? spreadOf(values) : null];
    }),
  );
}

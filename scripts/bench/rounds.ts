import { load, type RoundFigures, type Running } from "./load.ts";
import { type RequestPlan, requestsOf } from "./requests.ts";
import { type Spread, spreadOf } from "./spread.ts";

export interface Racer {
  name: string;
  status: number;
  plan: RequestPlan;
  server: Running;
}

export interface Turns {
  rounds: number;
  seconds: number;
  /** Told before each round. */
  progress(what: string): void;
}

/** The rounds of one racer. What needs /proc is null where there is none. */
export interface Figures {
  requestsPerSecond: Spread;
  p50Ms: Spread;
  p99Ms: Spread;
  cpuMicros: Spread | null;
  rssMb: Spread | null;
  generatorShare: Spread;
  /** What else was answered, as "3 × 503"; where there is any, no figure counts. */
  wrong: string[];
}

/** Warms each up for a round that does not count, and then loads them in turn: A B C A B C. */
export async function takeTurns(racers: readonly Racer[], turns: Turns): Promise<Map<string, Figures>> {
  const { rounds, seconds, progress } = turns;
  const taken = new Map<string, RoundFigures[]>(racers.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, status, plan, server } of racers) {
      progress(round === 0 ? `warming ${name} up` : `round ${round} of ${rounds}: ${name}`);
      const requests = (connection: number) => requestsOf(plan, connection, round);
      const figures = await load({ server, status, requestsOf: requests, length: { seconds } });
      if (round > 0) taken.get(name)?.push(figures);
    }
  }
  return new Map([...taken].map(([name, list]) => [name, summaryOf(list)]));
}

export function summaryOf(rounds: readonly RoundFigures[]): Figures {
  const spread = (pick: (round: RoundFigures) => number) => spreadOf(rounds.map(pick));
  const known = (pick: (round: RoundFigures) => number | undefined) => {
    const values = rounds.map(pick).filter((value) => value !== undefined);
    return values.length === rounds.length ? spreadOf(values) : null;
  };
  return {
    requestsPerSecond: spread((round) => round.requestsPerSecond),
    p50Ms: spread((round) => round.p50Ms),
    p99Ms: spread((round) => round.p99Ms),
    cpuMicros: known((round) => round.cpuMicros),
    rssMb: known((round) => round.rssMb),
    generatorShare: spread((round) => round.generatorShare),
    wrong: rounds.flatMap((round) => round.wrong),
  };
}

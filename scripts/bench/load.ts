import autocannon, { type Client } from "autocannon";
import { quantile, spreadOf } from "../shared/statistics.ts";
import { processFigures } from "./process-figures.ts";
import type { Cell, Row } from "./report.ts";
import type { Site, Target } from "./service.ts";
import { CONNECTIONS, type RequestPlan, requestsOf } from "./sign-ins.ts";

/** A server to start, the requests to send, and the only status that counts as success. */
export interface Candidate {
  title: string;
  status: number;
  plan: RequestPlan;
  /** Default 16. */
  connections?: number;
  start(): Promise<Target>;
}

export interface Bench {
  site: Site;
  rounds: number;
  /** Length of a round. */
  seconds: number;
  progress(text: string): void;
  /** Resolves with undefined, and reports the error, if the work fails. The bench continues. */
  attempt<T>(title: string, work: () => Promise<T>): Promise<T | undefined>;
}

/** One round. Figures that need /proc are undefined on systems without it. */
export interface Round {
  figures: Record<string, number | undefined>;
  /** Unexpected results, such as "3 × 503". */
  wrong: string[];
}

/** Starts all candidates, warms each up for a round, and loads them in turn: A B C A B C. */
export async function sideBySide(candidates: readonly Candidate[], bench: Bench): Promise<Row[]> {
  const contenders: (Candidate & { target: Target; results: Round[] })[] = [];
  try {
    for (const candidate of candidates) {
      const target = await bench.attempt(candidate.title, candidate.start);
      if (target) contenders.push({ ...candidate, target, results: [] });
    }
    for (const { contender, round } of schedule(contenders, bench)) {
      const result = await load(contender.target, contender, round, { duration: bench.seconds });
      if (round > 0) contender.results.push(result);
    }
    return contenders.map(({ title, results, target: { readyMs } }) => {
      return { title, cells: { ...cellsOf(results), "start s": readyMs / 1_000 } };
    });
  } finally {
    await Promise.all(contenders.map(({ target }) => target.end()));
  }
}

type Works = Record<string, () => Promise<number>>;

/** Runs the works in turn, and returns the spread of the values that each returned after a warm-up. */
export async function inTurns(bench: Bench, unit: string, works: Works): Promise<Row[]> {
  const all = Object.entries(works).map(([title, work]) => ({ title, work, values: [] as number[] }));
  for (const { contender, round } of schedule(all, bench)) {
    const value = await bench.attempt(contender.title, contender.work);
    if (round > 0 && value !== undefined) contender.values.push(value);
  }
  return all.map(({ title, values }) => ({ title, cells: { [unit]: values.length > 0 ? spreadOf(values) : null } }));
}

/** Each contender in each round; round 0 is the warm-up. */
function* schedule<T extends { title: string }>(contenders: readonly T[], { rounds, progress }: Bench) {
  for (let round = 0; round <= rounds; round += 1) {
    for (const contender of contenders) {
      progress(`round ${round} of ${rounds}: ${contender.title}`);
      yield { contender, round };
    }
  }
}

/** The median of the rounds with the smallest and the largest; no figures if any response was unexpected. */
export function cellsOf(rounds: readonly Round[]): Record<string, Cell> {
  const wrong = rounds.flatMap((round) => round.wrong);
  if (wrong.length > 0) return { "requests/s": `not counted: ${wrong.join(", ")}` };
  const cells = Object.keys(rounds[0]?.figures ?? {}).map((name): [string, Cell] => {
    const values = rounds.map(({ figures }) => figures[name]).filter((value) => value !== undefined);
    return [name, values.length === rounds.length ? spreadOf(values) : null];
  });
  return Object.fromEntries(cells);
}

/** Loads a server over some connections, each with one request at a time, for some seconds or some requests. */
export async function load(
  { url, pids }: Target,
  { plan, status, connections = CONNECTIONS }: Pick<Candidate, "plan" | "status" | "connections">,
  round: number,
  limit: { duration: number } | { amount: number },
): Promise<Round> {
  const times: number[] = [];
  const counts = new Map<number, number>();
  let connection = 0;
  const setupClient = (client: Client) => {
    client.setRequests(requestsOf(plan, connection, round));
    // autocannon's own histogram has a resolution of one millisecond.
    client.on("response", (found, _bytes, ms) => {
      times.push(ms);
      counts.set(found, (counts.get(found) ?? 0) + 1);
    });
    connection += 1;
  };
  const [start, before, own] = [performance.now(), processFigures(pids), process.cpuUsage()];
  const { errors } = await autocannon({ url, connections, setupClient, ...limit });
  const seconds = (performance.now() - start) / 1_000;
  const [after, { user, system }] = [processFigures(pids), process.cpuUsage(own)];
  const figures = {
    "requests/s": times.length / seconds,
    "p50 ms": quantile(times, 0.5),
    "p99 ms": quantile(times, 0.99),
    "CPU µs": before && after && (after.cpuMicros - before.cpuMicros) / times.length,
    "RSS MB": after?.rssMb,
    "generator %": (user + system) / 1e4 / seconds,
  };
  const others = [...counts].filter(([found]) => found !== status).map(([found, count]) => `${count} × ${found}`);
  return { figures, wrong: errors > 0 || times.length === 0 ? [...others, `${errors} × no response`] : others };
}

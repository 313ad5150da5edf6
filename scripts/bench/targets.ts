import type { Result } from "./race.ts";
import type { StartTimes } from "./start-times.ts";
import type { Growth } from "./user-growth.ts";

/** What the targets are about; null or absent where it was not measured. */
export interface Measured {
  race: readonly Result[];
  start: StartTimes | null;
  users: readonly Growth[] | null;
  /** RSS after 1,000,000 requests, in RSS after 10,000. */
  memoryTimes: number | null;
}

export interface Verdict {
  text: string;
  /** The ratio; null where it was not measured. */
  times: number | null;
  bound: string;
  /** What one would like to have; it decides nothing. */
  reach?: string;
  isReached: boolean | null;
}

/** The targets of this project; ratios within one run. */
export function verdicts(measured: Measured): Verdict[] {
  const { race, start, users, memoryTimes } = measured;
  const rate = (one: string, other: string) => ratioOf(race, one, other);
  const [ours, prism] = [start?.ours.median, start?.prism?.median];
  return [
    atLeast("(a) against Prism's canned mock", rate("a", "prism"), 2.5, 3),
    atLeast("(c) durable and changing, against Prism's canned mock", rate("c", "prism"), 2.2, 2.5),
    atLeast("(a) against a bare Express 5 handler", rate("a", "express"), 0.5, 0.6),
    atLeast("(a) against express-openapi-validator with a canned answer", rate("a", "validator"), 1.2),
    atLeast("(e) against (a)", rate("e", "a"), 2),
    atMost("cold start to the first 200, against Prism", ours && prism ? ours / prism : null, 0.5),
    atMost("RSS after 1,000,000 requests against after 10,000", memoryTimes, 1.1),
    ...["same", "changing"].map((kind) => {
      const growth = users?.find((one) => one.kind === kind && one.sizes.at(-1)?.users === MOST_USERS);
      return atMost(`p50 with 1,000,000 users against 1,000, ${TITLES[kind]}`, growth?.times ?? null, 1.2);
    }),
  ];
}

const MOST_USERS = 1_000_000;
const TITLES: Record<string, string> = { same: "nothing changes", changing: "changing" };

/** Requests a second of one in those of another; null where one is missing, NaN where one's figures do not count. */
export function ratioOf(race: readonly Result[], one: string, other: string): number | null {
  const [first, second] = [one, other].map((name) => race.find((result) => result.name === name));
  if (!first || !second) return null;
  if (first.wrong.length + second.wrong.length > 0) return Number.NaN;
  return first.requestsPerSecond.median / second.requestsPerSecond.median;
}

function atLeast(text: string, times: number | null, least: number, reach?: number): Verdict {
  const words = { bound: `${least} × or more`, ...(reach !== undefined && { reach: `reach for ${reach}` }) };
  return { text, times, ...words, isReached: times === null ? null : times >= least };
}

function atMost(text: string, times: number | null, most: number): Verdict {
  return { text, times, bound: `${most} × or less`, isReached: times === null ? null : times <= most };
}

/** A target that was not measured is none that was missed; one whose figures do not count is. */
export function verdictLine({ text, times, bound, reach, isReached }: Verdict): string {
  if (times === null) return `-      ${text}: not measured`;
  const figure = Number.isNaN(times) ? "no figure that counts" : `${times.toFixed(2)} ×`;
  const aim = reach === undefined ? bound : `${bound}, ${reach}`;
  return `${isReached ? "ok    " : "MISSED"} ${text}: ${figure} (${aim})`;
}

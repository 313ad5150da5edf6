import { setTimeout } from "node:timers/promises";
import { type Caller, REFUSED_KINDS, type Recorder } from "./recorder.ts";

export interface Load {
  /** Resolves once no sync is under way any more. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  /** Each sends one sync after the other. */
  callers: number;
  /** Part of the callers' names: two loads of one recorder must differ. */
  name?: string;
  userIds: readonly string[];
  /** From 0 to 1; the same numbers, the same load. */
  random: () => number;
  /** Milliseconds that each caller waits before its next sync. Default 0. */
  pauseMs?: number;
}

/** So many milliseconds a caller waits after a failure, so that a server that is away is not called in a busy loop. */
const AFTER_FAILURE_MS = 10;
/** One in so many syncs is one that must be refused. */
const REFUSED_ONE_IN = 15;

/** Syncs of random users until it is stopped; some of them must be refused. */
export function startLoad({ caller }: Recorder, options: LoadOptions): Load {
  const { callers, userIds, random, pauseMs = 0, name = "c" } = options;
  let isStopped = false;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const once = async ({ sync }: Caller) => {
    const kind = random() * REFUSED_ONE_IN < 1 ? pick(REFUSED_KINDS) : "good";
    const { outcome } = await sync(pick(userIds), kind);
    if (outcome === "unknown") await setTimeout(AFTER_FAILURE_MS);
    if (pauseMs > 0) await setTimeout(pauseMs * (0.5 + random()));
  };
  const drive = async (index: number) => {
    const one = caller(`${name}${index}`);
    while (!isStopped) await once(one);
    one.close();
  };
  const driven = Array.from({ length: callers }, (_, index) => drive(index));
  return {
    async stop() {
      isStopped = true;
      await Promise.all(driven);
    },
  };
}

/** Numbers that look random, and are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

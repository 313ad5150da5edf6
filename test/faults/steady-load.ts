import { setTimeout } from "node:timers/promises";
import { type Caller, REJECTED_KINDS, type Recorder } from "./recorder.ts";

export interface Load {
  /** Resolves after the last sync. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  /** Each sends one sync at a time. */
  callers: number;
  /** Prefix of the callers' names; must be unique per recorder. */
  name?: string;
  userIds: readonly string[];
  /** Returns numbers from 0 to 1. */
  random: () => number;
  /** Milliseconds that each caller waits before its next sync. Default 0. */
  pauseMs?: number;
}

/** Milliseconds that a caller waits after a failure, to avoid a busy loop. */
const AFTER_FAILURE_MS = 10;
/** One in this many syncs must be rejected. */
const REJECTED_ONE_IN = 15;

/** Sends syncs for random users until it is stopped. */
export function startLoad({ caller }: Recorder, options: LoadOptions): Load {
  const { callers, userIds, random, pauseMs = 0, name = "c" } = options;
  let isStopped = false;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const once = async ({ sync }: Caller) => {
    const kind = random() * REJECTED_ONE_IN < 1 ? pick(REJECTED_KINDS) : "good";
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

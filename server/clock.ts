import { performance } from "node:perf_hooks";

/** Returns the current time; a test can replace it. */
export type Clock = () => Date;

/** The time of the system, also for a test that has replaced the global Date. */
export const systemClock: Clock = () => new Date(performance.timeOrigin + performance.now());

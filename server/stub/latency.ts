import type { Fault } from "../../generated/control/types.ts";

/** No request waits longer, however long the tail. */
const MOST_MS = 30_000;

/** Milliseconds for one request after the other: fixed, or lognormal around `ms`; the same series for the same seed. */
export function createLatency(fault: Fault): () => number {
  if (fault.kind !== "latency") return () => 0;
  const { ms, sigma = 0, seed = 1 } = fault;
  const uniform = createUniform(seed);
  return () => Math.min(MOST_MS, Math.round(ms * Math.exp(sigma === 0 ? 0 : sigma * normal(uniform))));
}

/** A standard normal variate (Box and Muller). */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Numbers from 0 to below 1 that are the same for the same seed (mulberry32). */
function createUniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

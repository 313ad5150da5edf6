import { randomUUID } from "node:crypto";
import type { ActiveFault, Fault, FaultMatch, FaultRule } from "../../generated/control/types.ts";
import { checkArgument } from "./check-argument.ts";
import type { OperationCheck } from "./operation-id.ts";

/** The fault rules of a session, tried in order. */
export function createFaultRules(checkOperation: OperationCheck) {
  let active: (ActiveFault & { delay: () => number })[] = [];
  let bytes = 0;
  return {
    /** Size of the rules as JSON. */
    bytes: () => bytes,
    list: (): ActiveFault[] => active.map(({ id, rule, fired }) => ({ id, rule: copyOf(rule), fired })),
    /** @throws ConfigurationError for an invalid rule, and UnknownOperation; then nothing changes */
    replace(rules: readonly FaultRule[]): void {
      checkArgument("FaultRules", { rules });
      for (const [index, { match }] of rules.entries())
        checkOperation(match?.operationId, { pointer: `/rules/${index}/match/operationId` });
      active = copyOf(rules).map((rule) => ({ id: randomUUID(), rule, fired: 0, delay: createLatency(rule.fault) }));
      bytes = Buffer.byteLength(JSON.stringify(rules));
    },
    clear(): void {
      active = [];
      bytes = 0;
    },
    /**
     * Fires the first rule that matches and has fired fewer than `times` times; returns its id, its fault, and the delay
     * in milliseconds. Synchronous, so that parallel requests can't exceed `times`.
     */
    take(request: FaultMatch) {
      const found = active.find(
        (one) => one.fired < (one.rule.times ?? Number.POSITIVE_INFINITY) && matches(one.rule, request),
      );
      if (!found) return undefined;
      found.fired += 1;
      return { rule: found.id, fault: found.rule.fault, delayMs: found.delay() };
    },
  };
}

/** As JSON, so that a later change of the caller's objects has no effect, and a member that is undefined is absent. */
function copyOf<T>(rules: T): T {
  return JSON.parse(JSON.stringify(rules));
}

function matches({ match = {} }: FaultRule, request: FaultMatch): boolean {
  return Object.entries(match).every(([name, value]) => request[name as keyof FaultMatch] === value);
}

const MAX_DELAY_MS = 30_000;

/**
 * The delays of successive requests in milliseconds: fixed, or lognormal with the median `ms`. The same seed gives the
 * same series.
 */
export function createLatency(fault: Fault): () => number {
  if (fault.kind !== "latency") return () => 0;
  const { ms, sigma = 0, seed = 1 } = fault;
  const uniform = seededRandom(seed);
  return () => Math.min(MAX_DELAY_MS, Math.round(ms * Math.exp(sigma * normal(uniform))));
}

/** A standard normal variate (Box-Muller). */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A pseudo-random generator of numbers in [0, 1) (mulberry32): equal seeds give equal numbers. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

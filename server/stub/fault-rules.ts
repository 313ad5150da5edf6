import { randomUUID } from "node:crypto";
import type { ActiveFault, Fault, FaultMatch, FaultRule } from "../../generated/control/types.ts";
import { createLatency } from "./latency.ts";

/** What a rule can match a request by. */
export type SyncFacts = Required<FaultMatch>;

/** A fault that fires now. */
export interface FiredFault {
  /** Id of its rule. */
  rule: string;
  fault: Fault;
  /** Milliseconds to wait before anything else. */
  delayMs: number;
}

export type FaultRules = ReturnType<typeof createFaultRules>;

interface Active extends ActiveFault {
  delay: () => number;
}

/** The fault rules of a session, tried in their order. */
export function createFaultRules() {
  let active: Active[] = [];
  return {
    list: (): ActiveFault[] => active.map(({ id, rule, fired }) => ({ id, rule, fired })),
    replace(rules: readonly FaultRule[]): void {
      active = rules.map((rule) => ({ id: randomUUID(), rule, fired: 0, delay: createLatency(rule.fault) }));
    },
    clear(): void {
      active = [];
    },
    /** The first rule that matches and has not fired as often as it may; counted before anyone else is asked. */
    take(facts: SyncFacts): FiredFault | undefined {
      const found = active.find((one) => matches(one, facts));
      if (!found) return undefined;
      found.fired += 1;
      return { rule: found.id, fault: found.rule.fault, delayMs: found.delay() };
    },
  };
}

function matches({ rule: { match = {}, times }, fired }: Active, facts: SyncFacts): boolean {
  if (times !== undefined && fired >= times) return false;
  return Object.entries(match).every(([name, value]) => facts[name as keyof SyncFacts] === value);
}

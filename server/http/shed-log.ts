import type { Logger } from "pino";
import type { ShedReason } from "./load-shedding.ts";

const EVERY_MS = 1_000;

/** Tells overload in one line a second: a line for each request that is refused would add to it. */
export function createShedLog(log: Logger): (reason: ShedReason) => void {
  const sheds = { delay: 0, "in-flight": 0 };
  let isDue = false;
  const tell = () => {
    isDue = false;
    log.warn({ sheds: { ...sheds } }, "overloaded");
    sheds.delay = 0;
    sheds["in-flight"] = 0;
  };
  return (reason) => {
    sheds[reason] += 1;
    if (isDue) return;
    isDue = true;
    setTimeout(tell, EVERY_MS).unref();
  };
}

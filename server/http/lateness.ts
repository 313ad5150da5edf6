/** One pause is no overload: so many turns must have been late, over so many milliseconds, without one in time. */
const LASTING_TURNS = 3;
const LASTING_MS = 100;
/** An overload is over when all turns have been in time for so long: one rest only shows that somebody took a breath. */
const CALM_MS = 50;
/** The first requests of a turn are taken, however late it is: a few can't be what overloads. */
const ALWAYS_TAKEN = 16;
/** Waiting for work longer than this, in milliseconds, is no measuring noise: the loop has time to spare. */
const RESTED_MS = 0.5;

export interface Lateness {
  /** Whether a request that has just been read is too late. */
  isLate(): boolean;
  /** To be called for each request that is taken. */
  take(): void;
}

/**
 * Tells a request that has just been read whether it comes too late: the event loop has been at work for more than
 * `limitMs` without turning, so that is about what the request has waited in its socket, and this has gone on for a while.
 * Unlike a histogram of delays it tells each request about itself, so that the first of a turn can still be taken.
 */
export function createLateness(limitMs: number): Lateness {
  let turn: { since: number } | undefined;
  let end = performance.now();
  let idleAtEnd = performance.nodeTiming.idleTime;
  let inTime = end;
  let lateTurns = 0;
  let isOverloaded = false;
  let calmSince: number | undefined;
  let taken = 0;

  const wasInTime = (time: number) => {
    inTime = time;
    lateTurns = 0;
    calmSince ??= time;
    if (time - calmSince >= CALM_MS) isOverloaded = false;
  };
  const endTurn = () => {
    end = performance.now();
    idleAtEnd = performance.nodeTiming.idleTime;
    lateTurns += 1;
    if (turn && end - turn.since <= limitMs) wasInTime(end);
    else calmSince = undefined;
    turn = undefined;
    taken = 0;
  };
  const beginTurn = (now: number) => {
    const idle = performance.nodeTiming.idleTime - idleAtEnd;
    if (idle > RESTED_MS) wasInTime(now);
    // Immediates run once everything that was ready has been read.
    setImmediate(endTurn);
    return { since: now - Math.max(0, now - end - idle) };
  };
  return {
    isLate() {
      const now = performance.now();
      turn ??= beginTurn(now);
      if (taken < ALWAYS_TAKEN || now - turn.since <= limitMs) return false;
      isOverloaded ||= lateTurns >= LASTING_TURNS && now - inTime > LASTING_MS;
      return isOverloaded;
    },
    take() {
      taken += 1;
    },
  };
}

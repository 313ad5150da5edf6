/** One pause is no overload: so many turns must have been late, over so many milliseconds, without one in time. */
const LASTING_TURNS = 3;
const LASTING_MS = 100;
/** The first requests of a turn are taken, however late it is: a few can't be what overloads. */
const ALWAYS_TAKEN = 8;
/** Waiting for work longer than this, in milliseconds, is no measuring noise: the loop has time to spare. */
const RESTED_MS = 0.5;

/**
 * Tells a request that has just been read whether it comes too late: the event loop has been at work for more than
 * `limitMs` without turning, so that is about what the request has waited in its socket, and this has gone on for a while.
 * Unlike a histogram of delays it tells each request about itself, so that the first of a turn can still be taken.
 */
export function createLateness(limitMs: number): () => boolean {
  let turn: { since: number } | undefined;
  let end = performance.now();
  let idleAtEnd = performance.nodeTiming.idleTime;
  let inTime = end;
  let lateTurns = 0;
  let taken = 0;

  const wasInTime = (time: number) => {
    inTime = time;
    lateTurns = 0;
  };
  const endTurn = () => {
    end = performance.now();
    idleAtEnd = performance.nodeTiming.idleTime;
    lateTurns += 1;
    if (turn && end - turn.since <= limitMs) wasInTime(end);
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
  return () => {
    const now = performance.now();
    turn ??= beginTurn(now);
    taken += 1;
    if (taken <= ALWAYS_TAKEN) return false;
    return now - turn.since > limitMs && lateTurns >= LASTING_TURNS && now - inTime > LASTING_MS;
  };
}

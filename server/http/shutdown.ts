import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setImmediate, setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

export interface DrainOptions {
  /**
   * Milliseconds at most that it goes on to listen, with `/readyz` at 503, until balancers have understood; shorter once
   * nobody is connected. Default 0.
   */
  graceMs?: number;
  /** Milliseconds after which everything that is still open is cut. Default: never. */
  deadlineMs?: number;
}

const SWEEP_MS = 25;
/** Milliseconds that idle connections stay open once nobody can connect any more: a request may be on its way. */
const LAST_WORD_MS = 250;
/** Turns of the event loop without a new connection after which none is waiting: each turn accepts one. */
const QUIET_TURNS = 3;
const MOST_TURNS = 200;

export type Drain = ReturnType<typeof createDrain>;

/**
 * Ends a server without losing a request: see `end`.
 *
 * A listening socket that is closed resets the connections that wait to be accepted. So first those who are connected
 * are sent away with `Connection: close`, once, and may come back; then, when nobody is coming, the port closes; then
 * the others are sent away.
 */
export function createDrain(server: Server) {
  const open = new Set<ServerResponse>();
  const returned = new WeakSet<Socket>();
  let phase: "open" | "draining" | "closed" = "open";
  let connections = 0;
  let isCut = false;

  server.on("connection", (socket) => {
    connections += 1;
    if (phase === "draining") returned.add(socket);
  });
  const watch = (request: IncomingMessage, response: ServerResponse) => {
    open.add(response);
    response.once("close", () => open.delete(response));
    if (phase === "closed" || (phase === "draining" && !returned.has(request.socket))) response.shouldKeepAlive = false;
  };
  const closeAfterAnswers = () => {
    for (const response of open) if (!response.headersSent) response.shouldKeepAlive = false;
  };
  const nobodyComing = async () => {
    for (let turn = 0, quiet = 0; turn < MOST_TURNS && quiet < QUIET_TURNS; turn += 1) {
      const before = connections;
      await setImmediate();
      quiet = connections === before ? quiet + 1 : 0;
    }
  };
  const cut = () => {
    isCut = true;
    server.closeAllConnections();
  };
  return {
    /** To be told of each request before it is answered. */
    watch,
    isDraining: () => phase !== "open",
    /** Cuts whatever is still open. */
    cut,
    /** Listens no more, lets requests under way finish, and answers whether all of them did. */
    async end({ graceMs = 0, deadlineMs }: DrainOptions = {}): Promise<boolean> {
      phase = "draining";
      closeAfterAnswers();
      const deadline = new AbortController();
      if (deadlineMs !== undefined) setTimeout(deadlineMs, undefined, { signal: deadline.signal }).then(cut, () => {});
      await whileConnected(server, graceMs);
      await nobodyComing();
      phase = "closed";
      closeAfterAnswers();
      await closed(server, graceMs > 0 ? LAST_WORD_MS : 0);
      deadline.abort();
      return !isCut;
    },
  };
}

async function whileConnected(server: Server, mostMs: number): Promise<void> {
  const until = performance.now() + mostMs;
  const count = promisify(server.getConnections.bind(server));
  while (performance.now() < until && (await count()) > 0) await setTimeout(SWEEP_MS);
}

/** Closes the port, and idle connections after `idleMs`; http.Server's own close would cut those at once. */
async function closed(server: Server, idleMs: number): Promise<void> {
  const from = performance.now() + idleMs;
  const isClosed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  const sweep = setInterval(() => {
    if (performance.now() >= from) server.closeIdleConnections();
  }, SWEEP_MS);
  if (idleMs === 0) server.closeIdleConnections();
  await isClosed;
  clearInterval(sweep);
  // Stops Node's own checks of slow connections; there is nothing else left to close.
  server.close(() => {});
}

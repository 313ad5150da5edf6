import type { Server, ServerResponse } from "node:http";
import { Server as NetServer } from "node:net";
import { setImmediate, setTimeout } from "node:timers/promises";

export interface DrainOptions {
  /**
   * Milliseconds that idle connections stay open: what their callers have already sent is still answered, with
   * `Connection: close`. Default 0.
   */
  graceMs?: number;
  /** Milliseconds after which everything that is still open is cut. Default: never. */
  deadlineMs?: number;
}

const SWEEP_MS = 25;

export type Drain = ReturnType<typeof createDrain>;

/** Ends a server without losing a request: see `end`. To be made before anything else listens to its requests. */
export function createDrain(server: Server) {
  const open = new Set<ServerResponse>();
  let isDraining = false;
  let isCut = false;

  server.on("request", (_, response: ServerResponse) => {
    open.add(response);
    response.once("close", () => open.delete(response));
    if (isDraining) response.shouldKeepAlive = false;
  });
  const cut = () => {
    isCut = true;
    server.closeAllConnections();
  };
  return {
    isDraining: () => isDraining,
    /** Cuts whatever is still open. */
    cut,
    /** Listens no more, lets requests under way finish, and answers whether all of them did. */
    async end({ graceMs = 0, deadlineMs }: DrainOptions = {}): Promise<boolean> {
      isDraining = true;
      // Connections that the system has made already are taken first: it would reset them.
      await setImmediate();
      for (const response of open) if (!response.headersSent) response.shouldKeepAlive = false;
      // http.Server's own close would cut idle connections at once, and with them what was just sent over them.
      const closed = new Promise<void>((resolve) => {
        NetServer.prototype.close.call(server, () => resolve());
      });
      const deadline = new AbortController();
      if (deadlineMs !== undefined) setTimeout(deadlineMs, undefined, { signal: deadline.signal }).then(cut, () => {});
      const sweep = sweepIdle(server, graceMs);
      await closed;
      clearInterval(sweep);
      deadline.abort();
      // Stops the checks of slow connections; it has nothing else to close any more.
      server.close(() => {});
      return !isCut;
    },
  };
}

function sweepIdle(server: Server, graceMs: number): NodeJS.Timeout {
  const from = performance.now() + graceMs;
  if (graceMs === 0) server.closeIdleConnections();
  return setInterval(() => {
    if (performance.now() >= from) server.closeIdleConnections();
  }, SWEEP_MS);
}

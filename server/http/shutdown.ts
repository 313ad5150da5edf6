import type { Server } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

export interface ShutdownOptions {
  /** Milliseconds for which the port stays open while `/readyz` is 503, so that load balancers notice. Default 0. */
  graceMs?: number;
  /**
   * Whether the port closes earlier, when no client is connected. A load balancer may be about to connect: not for servers
   * behind one. Default false.
   */
  endsEarly?: boolean;
  /** Milliseconds after which all open connections are closed. Default: no limit. */
  deadlineMs?: number;
}

const POLL_MS = 25;
/** Milliseconds for which idle connections stay open after the port is closed, because a request may be in transit. */
const IDLE_MS = 250;
/**
 * After this many event-loop iterations without a new connection, no connection is waiting to be accepted: each
 * iteration accepts one.
 */
const QUIET_ITERATIONS = 3;
const MAX_ITERATIONS = 200;

export type Shutdown = ReturnType<typeof createShutdown>;

/**
 * Graceful shutdown that loses no request. Closing the port resets connections that are not accepted yet. Therefore
 * each open connection first gets a response with `Connection: close`, and clients may connect again. The port closes
 * when no new connection arrives, and the remaining connections close after their responses.
 */
export function createShutdown(server: Server) {
  const sockets = new Set<Socket>();
  const reconnected = new WeakSet<Socket>();
  let isClosed = false;
  let isForced = false;
  let accepted = 0;
  server.on("connection", (socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    if (!shutdown.isOpen) reconnected.add(socket);
  });

  const closeConnections = () => {
    isForced = true;
    server.closeAllConnections();
  };
  const untilNoNewConnections = async () => {
    for (let count = 0, quiet = 0; count < MAX_ITERATIONS && quiet < QUIET_ITERATIONS; count += 1) {
      const before = accepted;
      await setImmediate();
      quiet = accepted === before ? quiet + 1 : 0;
    }
  };
  const shutdown = {
    /** False once the shutdown has begun. */
    isOpen: true,
    /** Whether a response on this connection must carry `Connection: close`. */
    closes: (socket: Socket) => !shutdown.isOpen && (isClosed || !reconnected.has(socket)),
    closeConnections,
    /** Closes the port and all connections at once. */
    abort(): void {
      server.close(() => {});
      closeConnections();
    },
    /** Returns false if connections were closed before their requests had finished. */
    async end({ graceMs = 0, endsEarly = false, deadlineMs }: ShutdownOptions = {}): Promise<boolean> {
      shutdown.isOpen = false;
      const timer = deadlineMs === undefined ? undefined : setTimeout(closeConnections, deadlineMs);
      await (endsEarly ? untilDisconnected(server, graceMs) : sleep(graceMs));
      await untilNoNewConnections();
      isClosed = true;
      await closePort(server, sockets, graceMs > 0 ? IDLE_MS : 0);
      clearTimeout(timer);
      return !isForced;
    },
  };
  return shutdown;
}

async function untilDisconnected(server: Server, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  const count = promisify(server.getConnections.bind(server));
  while (performance.now() < end && (await count()) > 0) await sleep(POLL_MS);
}

/** Closes the port, and idle connections `idleMs` later. */
async function closePort(server: Server, sockets: ReadonlySet<Socket>, idleMs: number): Promise<void> {
  const start = performance.now();
  const closed = new Promise<void>((resolve) => {
    // http.Server closes idle connections at once and loses requests in transit; net.Server does not.
    NetServer.prototype.close.call(server, () => resolve());
  });
  // For Node, a connection is idle when its response has ended, although the client may not have read it yet.
  const closeIdle = () => {
    if (![...sockets].some(({ writableLength }) => writableLength > 0)) server.closeIdleConnections();
  };
  // For Node, a connection that has sent nothing is not idle.
  const closeSilent = () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
  const poll = setInterval(async () => {
    if (performance.now() - start < idleMs) return;
    // A request may have arrived while the event loop was busy; it is read first.
    await setImmediate();
    closeIdle();
    closeSilent();
  }, POLL_MS);
  if (idleMs === 0) closeIdle();
  await closed;
  clearInterval(poll);
  // Stops the timer that checks for slow requests.
  server.close(() => {});
}

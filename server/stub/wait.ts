import { setTimeout as sleep } from "node:timers/promises";
import type { Response } from "express";

/** Waits, at most until the client disconnects. Returns whether the client is still connected. */
export async function wait(ms: number, response: Response): Promise<boolean> {
  const { socket } = response.req;
  if (ms > 0 && !isDisconnected(response)) {
    const end = new AbortController();
    const abort = () => end.abort();
    response.locals.onEnd(abort);
    socket.once("end", abort);
    await sleep(ms, undefined, { signal: end.signal }).catch(() => {});
    socket.off("end", abort);
  }
  return !isDisconnected(response);
}

/**
 * A client that aborts its request closes its side of the connection. The service still sends it a response, because it
 * can't be told from a client that waits for one; the stub does not, so that its delays end with the client.
 */
export function isDisconnected(response: Response): boolean {
  if (response.req.socket.readableEnded) response.destroy();
  return response.closed || response.destroyed;
}

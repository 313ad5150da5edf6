import { setTimeout as sleep } from "node:timers/promises";
import type { Response } from "express";

/** Waits, at most until the client disconnects. Returns whether the client is still connected. */
export function wait(ms: number, response: Response): Promise<boolean> {
  return isConnectedAfter(response, async () => {
    if (ms <= 0 || response.closed) return;
    const { socket } = response.req;
    const end = new AbortController();
    const abort = () => end.abort();
    response.locals.onEnd(abort);
    socket.once("end", abort);
    await sleep(ms, undefined, { signal: end.signal }).catch(() => {});
    socket.off("end", abort);
  });
}

/**
 * Runs `work`, and returns whether the client is still connected. A client that closes its side of the connection
 * meanwhile has aborted its request. One that had closed it before waits for the response.
 */
export async function isConnectedAfter(response: Response, work: () => Promise<unknown>): Promise<boolean> {
  const { socket } = response.req;
  const hadClosed = socket.readableEnded;
  await work();
  if (!hadClosed && socket.readableEnded) response.destroy();
  return !response.closed && !response.destroyed;
}

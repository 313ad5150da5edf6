import type { RequestHandler, Response } from "express";
import type { Fault } from "../../generated/control/types.ts";
import { Problem } from "../http/problem.ts";
import { type Reply, send, writeHead } from "../http/respond.ts";
import { STUB_PROBLEMS } from "./problem-types.ts";
import { syncFacts } from "./record.ts";
import { openStore } from "./sessions.ts";
import { isConnectedAfter, wait } from "./wait.ts";

declare global {
  namespace Express {
    interface Locals {
      /** Id of the fault rule that fired. */
      rule: string;
      /** The fault that changes the response. */
      responseFault: Fault["kind"];
      /** Body of the response for the journal; absent if no complete response was sent. */
      sentText: string;
    }
  }
}

/** Fires the session's first matching fault rule. */
export const fireFault: RequestHandler = async (request, response, next) => {
  const fired = response.locals.session.faults.take(syncFacts(request, response));
  if (fired) {
    response.locals.rule = fired.rule;
    response.locals.responseFault = fired.fault.kind;
    if (!(await wait(fired.delayMs, response))) return;
  }
  if (fired?.fault.kind === "status") throw injectedFault(fired.fault);
  if (fired?.fault.kind === "reset") {
    request.socket.resetAndDestroy();
    return;
  }
  // Read after the wait, because a reset or a new directory replaces the session's store.
  if (await isConnectedAfter(response, () => openStore(response))) next();
};

function injectedFault({ status, retryAfterSeconds }: Extract<Fault, { kind: "status" }>): Problem {
  const headers = retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) };
  return new Problem({ ...STUB_PROBLEMS.injectedFault, status }, { headers });
}

/** Sends a response of the stub, changed by the fault that fired, and keeps its text for the journal. */
export function sendWithFault(response: Response, reply: Reply): void {
  const { responseFault } = response.locals;
  if (responseFault === "drop-answer") {
    response.destroy();
    return;
  }
  const text: string | Uint8Array | undefined = reply.text ?? JSON.stringify(reply.body);
  // A response without a body, or with bytes, has no text to change.
  if (typeof text !== "string") {
    send(response, reply);
    return;
  }
  const half = text.slice(0, text.length / 2);
  if (responseFault === "truncated-body") {
    sendTruncated(response, { ...reply, text }, half);
    return;
  }
  const sentText = responseFault === "malformed-json" ? half : text;
  const mediaType = responseFault === "wrong-media-type" ? "text/html" : (reply.mediaType ?? "");
  response.locals.sentText = sentText;
  send(response, { ...reply, mediaType, text: sentText });
}

function sendTruncated(
  response: Response,
  { status, mediaType = "", headers = {}, text }: Reply & { text: string },
  half: string,
): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  writeHead(response, { status, mediaType, length: Buffer.byteLength(text) });
  response.write(half, () => response.destroy());
}

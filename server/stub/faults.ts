import type { Request, RequestHandler, Response } from "express";
import type { Fault } from "../../generated/control/types.ts";
import { problemDocument } from "../http/problem.ts";
import { type Reply, send, writeHead } from "../http/respond.ts";
import type { FiredFault } from "./fault-rules.ts";
import { createPrefer, waited } from "./prefer.ts";
import { STUB_PROBLEMS } from "./problem-types.ts";

declare global {
  namespace Express {
    interface Locals {
      /** The fault that changes the response after the sync. */
      responseFault: Fault["kind"];
    }
  }
}

/** Does what Prefer or a fault rule asks for; else hands on. A request that Prefer answers fires no fault. */
export function faults(): RequestHandler {
  const prefer = createPrefer();
  return async (request, response, next) => {
    if (await prefer(request, response)) return;
    response.locals.store = response.locals.session.store();
    const { audience, connection } = request.body;
    const { userId = "" } = response.locals.path;
    const fired = response.locals.session.faults.take({ userId, audience, connectionId: connection.connectionId });
    if (!fired) return next();
    response.locals.rule = fired.rule;
    if (!(await waited(fired.delayMs, response))) return;
    if (!isOver(fired, request, response)) next();
  };
}

function isOver({ fault }: FiredFault, request: Request, response: Response): boolean {
  if (fault.kind === "reset") {
    request.socket.resetAndDestroy();
    return true;
  }
  if (fault.kind === "status") {
    sendStatus(response, fault);
    return true;
  }
  response.locals.responseFault = fault.kind;
  return false;
}

function sendStatus(response: Response, { status, retryAfterSeconds }: Extract<Fault, { kind: "status" }>): void {
  response.locals.problem = "injected-fault";
  const headers = retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) };
  const body = problemDocument({ ...STUB_PROBLEMS.injectedFault, status }, response.locals.requestId);
  send(response, { status, mediaType: "application/problem+json", headers, body });
}

/** Sends a response, changed by the fault that fired for the request. */
export function sendFaulty(response: Response, reply: Reply): void {
  const { status, mediaType = "", headers = {}, body, text = JSON.stringify(body) ?? "" } = reply;
  const half = text.slice(0, text.length / 2);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  switch (response.locals.responseFault) {
    case "drop-answer":
      response.destroy();
      return;
    case "truncated-body":
      writeHead(response, { status, mediaType, length: Buffer.byteLength(text) });
      response.write(half, () => response.destroy());
      return;
    case "malformed-json":
      writeHead(response, { status, mediaType, length: Buffer.byteLength(half) });
      response.end(half);
      return;
    case "wrong-media-type":
      send(response, { ...reply, mediaType: "text/html" });
      return;
    default:
      send(response, reply);
  }
}

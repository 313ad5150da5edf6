import type { Request, RequestHandler, Response } from "express";
import type { Fault } from "../../generated/control/types.ts";
import { type JsonAnswer, sendJson, writeHead } from "../http/send.ts";
import type { FiredFault } from "./fault-rules.ts";
import { createPrefer, waited } from "./prefer.ts";

declare global {
  namespace Express {
    interface Locals {
      /** How the answer is to be spoilt once the sync is done. */
      spoilt: Fault["kind"];
    }
  }
}

/** Does what Prefer or a fault rule asks for; else hands on. A request that Prefer answers fires no fault. */
export function misbehave(): RequestHandler {
  const prefer = createPrefer();
  return async (request, response, next) => {
    if (await prefer(request, response)) return;
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
  response.locals.spoilt = fault.kind;
  return false;
}

function sendStatus(response: Response, { status, retryAfterSeconds }: Extract<Fault, { kind: "status" }>): void {
  response.locals.problem = "injected-fault";
  if (retryAfterSeconds !== undefined) response.setHeader("Retry-After", String(retryAfterSeconds));
  const type = "urn:nexus-sync:problem:injected-fault";
  const body = { type, title: "The stub was told to answer so", status, instance: response.locals.requestId };
  sendJson(response, { status, mediaType: "application/problem+json", body });
}

/** Sends an answer, or what a fault has made of it. */
export function sendSpoilt(response: Response, answer: JsonAnswer): void {
  const { status, mediaType } = answer;
  const text = JSON.stringify(answer.body);
  const half = text.slice(0, text.length / 2);
  switch (response.locals.spoilt) {
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
      sendJson(response, { ...answer, mediaType: "text/html" });
      return;
    default:
      sendJson(response, answer);
  }
}

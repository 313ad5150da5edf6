import type { RequestHandler, Response } from "express";
import type { Operations } from "../../../generated/control/operations.ts";
import type { Journal } from "../../../generated/control/types.ts";
import type { Clock } from "../../clock.ts";
import { sendJson } from "../../http/send.ts";
import { CONTROL_HANDLERS, type ControlContext } from "./handlers.ts";

/** Calls the operation's handler and sends its answer; what it throws goes to the problem mapper. */
export function controlAnswer(clock: Clock): RequestHandler {
  return async (request, response) => {
    const { path, session } = response.locals;
    // The route has found it in the table of these operations, and the validator has checked path and body.
    const operationId = response.locals.operationId as string as keyof Operations;
    const input = { path, body: request.body } as unknown as Input<typeof operationId>;
    const answer = await call(operationId, input, { session, clock });
    if (answer.status === 200 && "requests" in answer.body)
      sendJournal(request.headers["if-none-match"], response, answer.body);
    else send(response, answer);
  };
}

type Input<Id extends keyof Operations> = Pick<Operations[Id], "path" | "body">;

function call<Id extends keyof Operations>(id: Id, input: Input<Id>, context: ControlContext) {
  return CONTROL_HANDLERS[id](input, context);
}

function send(response: Response, { status, body }: { status: number; body?: unknown }): void {
  if (status === 204) response.writeHead(status).end();
  else sendJson(response, { status, mediaType: "application/json", body });
}

/** The page asks every second, and a thousand requests are some megabytes: they are written out only where they differ. */
function sendJournal(known: string | undefined, response: Response, journal: Journal): void {
  const tag = tagOf(journal);
  response.setHeader("ETag", tag);
  if (known === tag) response.writeHead(304).end();
  else send(response, { status: 200, body: journal });
}

/** Entries are only added, or all forgotten: the last one and their number tell one state from another. */
function tagOf({ requests: [latest], requests: { length }, evicted }: Journal): string {
  const last = latest ? [Date.parse(latest.at), latest.durationMs] : [];
  return `"${[evicted, length, ...last].join("-")}"`;
}

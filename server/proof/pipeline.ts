import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { duplexPair } from "node:stream";
import { clearTimeout, setTimeout } from "node:timers";
import express, { type ErrorRequestHandler } from "express";
import pino from "pino";
import type { Contract } from "../contract/contract.ts";
import type { Operation } from "../contract/operations.ts";
import { problemHandler } from "../http/problem.ts";
import { requestContext } from "../http/request-log.ts";
import { requestSteps } from "../http/request-steps.ts";
import { dispatch, type Handler, send } from "../http/respond.ts";
import { router } from "../http/router.ts";
import type { Outcome, Sent } from "./cases.ts";

/** Bytes. */
const BODY_LIMIT = 16_777_216;
/** Milliseconds for a response, which takes one or two: a defect must not make the generator or the start wait for ever. */
const RESPONSE_MS = 10_000;

/**
 * The server's pipeline between security and the handlers, over a stream in this process. Each handler returns what the
 * request says. Requests must not overlap.
 */
export function openPipeline(contract: Contract): (sent: Sent) => Promise<Outcome> {
  let sending: Sent | undefined;
  let outcome: Pick<Outcome, "handledBy" | "violations" | "error">;
  const handlerOf = ({ id }: Operation): Handler => {
    return async () => {
      outcome.handledBy = id;
      return sending?.reply ?? { status: 204 };
    };
  };
  const handlers = Object.fromEntries(contract.operations.map((operation) => [operation.id, handlerOf(operation)]));
  const record: ErrorRequestHandler = (error, _request, _response, next) => {
    outcome.error = error.message;
    next(error);
  };
  const recordViolations: typeof send = (response, reply) => {
    outcome.violations = response.locals.violations ?? [];
    send(response, reply);
  };
  const app = express()
    .use(requestContext({ isOpen: true, closes: () => false }), router(contract.operations))
    .use(requestSteps(contract, BODY_LIMIT))
    .use(dispatch(handlers, { send, contract }), record)
    .use(problemHandler({ log: pino({ level: "silent" }), send: recordViolations }));
  const server = createServer(app);
  return async (sent) => {
    sending = sent;
    outcome = { handledBy: undefined, violations: [], error: undefined };
    const [near, far] = duplexPair();
    server.emit("connection", far);
    // node:http accepts any duplex stream as a connection; its types require a socket.
    const createConnection = () => near as never;
    const headers = { Host: "proof", Connection: "close", ...sent.headers };
    const call = request({ createConnection, method: sent.method, path: sent.url, headers });
    const onTimeout = () => call.destroy(new Error(`${sent.method} ${sent.url} got no response from the pipeline.`));
    const timer = setTimeout(onTimeout, RESPONSE_MS);
    call.end(sent.body);
    const [response] = (await once(call, "response").finally(() => clearTimeout(timer))) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    return { ...outcome, status: response.statusCode ?? 0, headers: response.headers };
  };
}

import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request } from "node:http";
import { duplexPair } from "node:stream";
import express, { type ErrorRequestHandler } from "express";
import { type Contract, ContractError } from "./contract/contract.ts";
import type { Operation } from "./contract/operations.ts";
import { violationsIn } from "./contract/request-validation.ts";
import { jsonBody } from "./http/body.ts";
import { pathParameters, router } from "./http/router.ts";

/**
 * Sends one request per operation through routing and validation, over a stream in this process, before the port opens,
 * so that a document or schema that does not compile is found at the start and not by the first request.
 * @throws ContractError if a request is neither valid nor a violation of the contract.
 */
export async function selfCheck(contract: Contract): Promise<void> {
  const failures: string[] = [];
  const reply: ErrorRequestHandler = (error, _request, response, _next) => {
    if (!violationsIn(error)) failures.push(error.message);
    response.sendStatus(400);
  };
  const app = express()
    .use(router(contract.operations), pathParameters, jsonBody(1_024), ...contract.requestValidation())
    .use((_request, response) => void response.sendStatus(204))
    .use(reply);
  for (const operation of contract.operations) {
    await send(app, operation);
    const reason = failures.join(" ");
    if (reason)
      throw new ContractError(`The contract's ${operation.id} can't be served: ${reason}. Run: npm run generate`);
  }
}

async function send(app: RequestListener, { method, template }: Operation): Promise<void> {
  const [near, far] = duplexPair();
  createServer(app).emit("connection", far);
  const headers = { Host: "self-check", "Content-Type": "application/json", Connection: "close" };
  // node:http accepts any duplex stream as a connection; its types require a socket.
  const createConnection = () => near as never;
  const call = request({ createConnection, method, path: template.replaceAll(/\{[^}]+\}/g, "self-check"), headers });
  call.end("{}");
  const [response] = (await once(call, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
}

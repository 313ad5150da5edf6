import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request } from "node:http";
import { duplexPair } from "node:stream";
import express, { type ErrorRequestHandler } from "express";
import { type Contract, ContractError } from "./contract/contract.ts";
import type { Operation } from "./contract/operations.ts";
import { violationsIn } from "./contract/violations.ts";
import { jsonBody } from "./http/body.ts";
import { contentType } from "./http/negotiation.ts";
import { requestContext } from "./http/request-log.ts";
import { pathParameters, router } from "./http/router.ts";

/** Bodies of each JSON type: few schemas accept all of them. */
const BODIES = ["{}", "[]", "null", "0", '""'];

/**
 * Sends requests of each operation through routing and validation, over a stream in this process, before the port opens,
 * so that a document or schema that does not compile, or is not applied, is found at the start and not by a caller.
 * @throws ContractError if the validation fails, or judges a body differently from the body's schema.
 */
export async function selfCheck(contract: Contract): Promise<void> {
  const failures: string[] = [];
  const reply: ErrorRequestHandler = (error, _request, response, _next) => {
    if (!violationsIn(error)) failures.push(error.message);
    response.sendStatus(400);
  };
  const app = express()
    .use(
      requestContext({ isOpen: true, closes: () => false }),
      router(contract.operations),
      pathParameters,
      contentType,
    )
    .use(jsonBody(1_024), contract.requestValidation())
    .use((_request, response) => void response.sendStatus(204))
    .use(reply);
  for (const operation of contract.operations) {
    failures.push(...(await wrongAcceptances(app, contract, operation)));
    const [failure] = failures;
    if (failure === undefined) continue;
    throw new ContractError(`The contract's ${operation.id} can't be served: ${failure}. Run: npm run generate`);
  }
}

async function wrongAcceptances(app: RequestListener, contract: Contract, operation: Operation): Promise<string[]> {
  const failures: string[] = [];
  for (const body of operation.requestBody ? BODIES : [undefined]) {
    const status = await statusOf(app, operation, body);
    if (status === 204 && !isValid(contract, operation, body)) failures.push(`the body ${body} is accepted`);
  }
  return failures;
}

function isValid(contract: Contract, { requestBody }: Operation, body: string | undefined): boolean {
  if (body === undefined) return true;
  const [schema = {}] = Object.values(requestBody?.schemas ?? {});
  return contract.validator(schema)(JSON.parse(body)) === true;
}

async function statusOf(app: RequestListener, operation: Operation, body: string | undefined): Promise<number> {
  const { method, template, requestBody } = operation;
  const [near, far] = duplexPair();
  createServer(app).emit("connection", far);
  const [mediaType = ""] = requestBody?.mediaTypes ?? [];
  const type = mediaType.replace("*", "self-check");
  const described = body !== undefined && { "Content-Type": type, "Content-Length": body.length };
  const headers = { Host: "self-check", Connection: "close", ...described };
  // node:http accepts any duplex stream as a connection; its types require a socket.
  const createConnection = () => near as never;
  const call = request({ createConnection, method, path: template.replaceAll(/\{[^}]+\}/g, "1"), headers });
  call.end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  return response.statusCode ?? 0;
}

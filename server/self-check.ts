import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request } from "node:http";
import { duplexPair } from "node:stream";
import pino from "pino";
import type { Handlers } from "../generated/operations.ts";
import { createApp } from "./app.ts";
import type { SchemeHandler } from "./auth/security.ts";
import { type Contract, ContractError } from "./contract/contract.ts";
import type { Operation } from "./contract/operations.ts";
import { createLoadShedding } from "./http/limits.ts";
import { createMetrics } from "./http/metrics.ts";
import { Problem } from "./http/problem.ts";
import { send } from "./http/respond.ts";

/**
 * Sends one request per operation through the whole pipeline, over a stream in this process, before the port opens, so
 * that a document or schema that does not compile is found at the start and not by the first request. Uses no store and
 * accepts any credentials.
 * @throws ContractError if a response is neither a 400 nor the 404 of the handler.
 */
export async function selfCheck(contract: Contract): Promise<void> {
  const failures: string[] = [];
  const app = checkedApp(contract, (failure) => failures.push(failure));
  for (const operation of contract.operations) {
    const status = await statusOf(app, operation);
    if (status === 400 || status === 404) continue;
    const reason = failures.join(" ") || status;
    throw new ContractError(`The contract's ${operation.id} can't be served: ${reason}. Run: npm run generate`);
  }
}

function checkedApp(contract: Contract, report: (failure: string) => void): RequestListener {
  const permissions = contract.operations.flatMap((operation) => operation.permissions);
  const scheme: SchemeHandler = {
    // A header that every request has.
    source: { header: "Host" },
    verify: () => ({ id: "self-check", permissions }),
  };
  const unknownUser = async () => {
    throw new Problem("unknown-user");
  };
  const handlers = Object.fromEntries(contract.operations.map(({ id }) => [id, unknownUser]));
  const log = pino({ level: "error" }, { write: (line) => report(JSON.parse(line).err?.message) });
  const metrics = createMetrics();
  metrics.close();
  return createApp({
    contract,
    schemes: Object.fromEntries(Object.keys(contract.securitySchemes).map((name) => [name, scheme])),
    // Missing handlers are reported when the real table is used.
    handlers: handlers as Record<keyof Handlers<unknown>, typeof unknownUser>,
    ...{ first: [], beforeHandler: [], send, metrics, log },
    loadShedding: createLoadShedding({}, { metrics, log }),
    ...{
      shutdown: { isOpen: true, closes: () => false },
      ready: async () => {},
      formatUserId: () => "self-check",
    },
    ...{ bodyLimit: 1_024, corsOrigins: [] },
  });
}

async function statusOf(app: RequestListener, { method, template }: Operation): Promise<number> {
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
  return response.statusCode ?? 0;
}

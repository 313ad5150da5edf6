import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { duplexPair } from "node:stream";
import type { RequestHandler } from "express";
import pino from "pino";
import { OPERATIONS } from "../generated/operations.ts";
import { createApp } from "./app.ts";
import { ContractUnusable } from "./contract/contract-error.ts";
import { createMetrics } from "./http/metrics.ts";
import { Problem } from "./http/problem.ts";

/**
 * Sends one request for each operation through the whole way in, over a stream in this process, before any port opens:
 * a document or schema that does not compile shows itself here, and not at the first caller's request. The store is
 * out of reach, and everybody is let in.
 * @throws ContractUnusable if a request ends in anything but the contract's verdict.
 */
export async function selfCheck(contract: RequestHandler): Promise<void> {
  const failures: string[] = [];
  const permissions = Object.values(OPERATIONS).flatMap((operation) => [...operation.permissions]);
  const everybody = () => ({ id: "self-check", permissions });
  const metrics = createMetrics();
  const { handle } = createApp({
    schemes: { Bearer: everybody, ApplicationToken: everybody, Basic: everybody },
    contract,
    handlers: {
      SyncUserIdentity: async () => {
        throw new Problem("unknown-user");
      },
    },
    contextOf: () => {
      throw new Problem("unknown-user");
    },
    bodyLimit: 1_024,
    watch: () => {},
    load: {},
    corsOrigins: [],
    metrics,
    ready: async () => {},
    isDraining: () => false,
    writeUserId: () => "self-check",
    log: pino({ level: "error" }, { write: (line) => failures.push(JSON.parse(line).err?.message) }),
  });
  metrics.close();
  for (const [operationId, { method, path }] of Object.entries(OPERATIONS)) {
    const status = await send(handle, method, path.replaceAll(/\{\w+\}/g, "self-check"));
    // Refused by the contract, or past it: anything else ended before the contract was asked.
    if (status === 400 || status === 404) continue;
    throw new ContractUnusable(
      `The contract's ${operationId} can't be served: ${failures.join(" ") || status}. Run: npm run generate`,
    );
  }
}

async function send(app: Parameters<typeof createServer>[1], method: string, path: string): Promise<number> {
  const [near, far] = duplexPair();
  createServer(app).emit("connection", far);
  const headers = { Host: "self-check", "Content-Type": "application/json", Connection: "close" };
  const call = request({ createConnection: () => near as never, method, path, headers });
  call.end("{}");
  const [response] = (await once(call, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  return response.statusCode ?? 0;
}

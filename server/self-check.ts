import { createServer, request } from "node:http";
import { duplexPair } from "node:stream";
import { json } from "node:stream/consumers";
import type { RequestHandler } from "express";
import pino from "pino";
import { OPERATIONS } from "../generated/operations.ts";
import { createApp } from "./app.ts";

/**
 * Sends one request for each operation through the whole way in, over a stream in this process, before any port opens:
 * a document or schema that does not compile shows itself here, and not at the first caller's request. The store is
 * out of reach, and everybody is let in.
 * @throws if a request ends in a 5xx.
 */
export async function selfCheck(contract: RequestHandler[]): Promise<void> {
  const everybody = () => ({ id: "self-check", permissions: ["user.write"] });
  const app = createApp({
    schemes: { Bearer: everybody, ApplicationToken: everybody, Basic: everybody },
    contract,
    handlers: {
      SyncUserIdentity: async () => {
        throw new Error("The self-check's empty body got past the contract.");
      },
    },
    bodyLimit: 1_024,
    log: pino({ level: "silent" }),
  });
  for (const [operationId, { method, path }] of Object.entries(OPERATIONS)) {
    const { status, body } = await send(app, method, path.replaceAll(/\{\w+\}/g, "self-check"));
    if (status >= 500) throw new Error(`The contract's ${operationId} can't be served: ${JSON.stringify(body)}`);
  }
}

async function send(app: Parameters<typeof createServer>[1], method: string, path: string) {
  const [near, far] = duplexPair();
  createServer(app).emit("connection", far);
  const headers = { Host: "self-check", "Content-Type": "application/json", Connection: "close" };
  const call = request({ createConnection: () => near as never, method, path, headers });
  call.end("{}");
  const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
    call.once("response", resolve).once("error", reject);
  });
  return { status: response.statusCode ?? 0, body: await json(response) };
}

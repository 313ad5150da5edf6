import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { refuseBrokenConnections } from "./http/connection.ts";
import { createDrain, type Drain } from "./http/drain.ts";

/**
 * What a connection may take of the HTTP parser. A slow sender must be gone 15 s after it began; times are looked at
 * every half second, and later where the process is starved: so the request has 13 s, of which the headers 10.
 */
const PARSER = {
  headersTimeout: 10_000,
  requestTimeout: 13_000,
  connectionsCheckingInterval: 500,
  /** Bytes of all headers together. */
  maxHeaderSize: 16_384,
  requireHostHeader: true,
};

/** A server without a way in yet. Whoever ends connections hears of a request first, by `watch`. */
export function createHttpServer(log: Logger): { server: Server; drain: Drain; watch: RequestListener } {
  const server = createServer(PARSER);
  const drain = createDrain(server);
  const broken = refuseBrokenConnections(server, log);
  const watch: RequestListener = (request, response) => {
    drain.watch(request, response);
    broken.watch(request, response);
  };
  return { server, drain, watch };
}

/** Opens the port, and answers with the URL. */
export function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      resolve(`http://${host.includes(":") ? `[${host}]` : host}:${bound}`);
    });
  });
}

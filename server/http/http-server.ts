import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { refuseBrokenConnections } from "./connection-errors.ts";
import { type EarlyRefusal, refuseEarly } from "./early-refusal.ts";
import { createDrain, type Drain } from "./shutdown.ts";

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

export interface HttpServer {
  server: Server;
  drain: Drain;
  /** To be told of each request before it is answered. */
  watch: RequestListener;
  /** From now on, asks whether a request is to be refused before it is one. */
  refuse(refusal: () => EarlyRefusal): void;
}

/** A server without a way in yet. Whoever ends connections hears of a request first, by `watch`. */
export function createHttpServer(log: Logger): HttpServer {
  const server = createServer(PARSER);
  const drain = createDrain(server);
  const broken = refuseBrokenConnections(server, log);
  const watchers = [drain.watch, broken.watch];
  const watch: RequestListener = (request, response) => {
    for (const tell of watchers) tell(request, response);
  };
  const refuse = (refusal: () => EarlyRefusal) => {
    // At the end, who is refused is also sent away, by an answer of the usual way.
    watchers.push(refuseEarly(server, () => (drain.isDraining() ? undefined : refusal())).watch);
  };
  return { server, drain, watch, refuse };
}

/** Opens the port, and answers with the URL. */
export function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(urlOf(server, host) ?? ""));
  });
}

/** Undefined while it does not listen. */
export function urlOf(server: Server, host: string): string | undefined {
  const address = server.address() as AddressInfo | null;
  return address ? `http://${host.includes(":") ? `[${host}]` : host}:${address.port}` : undefined;
}

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Request, Response } from "express";
import type { Logger } from "pino";
import { ConfigurationError } from "../configuration-error.ts";
import { closeInactiveConnections, handleConnectionErrors, LATEST } from "./connection-errors.ts";
import { createShutdown, type Shutdown } from "./shutdown.ts";

/**
 * Limits of the HTTP parser, times in milliseconds. A slow request must end within 15 s. Node checks the times every
 * 500 ms, and later while the event loop is busy, so the limit is 13 s, and 10 s for the headers.
 */
const PARSER = {
  headersTimeout: 10_000,
  requestTimeout: 13_000,
  connectionsCheckingInterval: 500,
  /** Bytes of all headers together. */
  maxHeaderSize: 16_384,
  // `validHost` checks Host: the parser's 400 has no body.
  requireHostHeader: false,
};

export interface HttpServer {
  server: Server;
  shutdown: Shutdown;
  /** Sets the handler of all later requests. */
  handle(handler: RequestListener): void;
}

/** Longer than the 60 s of usual load balancers: the side that reuses a connection must be the one that closes it. */
const KEEP_ALIVE_MS = 65_000;

/**
 * An HTTP server that handles its connection errors and can shut down gracefully.
 * @param keepAliveTimeout Milliseconds for which an idle connection stays open. Default 65,000.
 */
export function createHttpServer(log: Logger, keepAliveTimeout = KEEP_ALIVE_MS): HttpServer {
  const current: { handler?: RequestListener } = {};
  const server = createServer({ ...PARSER, keepAliveTimeout }, (request, response) => {
    // Express extends both objects to its own types.
    request.socket[LATEST] = { request: request as Request, response: response as Response };
    current.handler?.(request, response);
  });
  // "100 Continue" is sent by the middleware that reads the body, after security; any other expectation is ignored.
  for (const event of ["checkContinue", "checkExpectation"]) {
    server.on(event, (request, response) => server.emit("request", request, response));
  }
  handleConnectionErrors(server, log);
  closeInactiveConnections(server);
  // A client that closes its side after a request still gets the response. Not documented, and the only way.
  Object.assign(server, { httpAllowHalfOpen: true });
  const handle = (handler: RequestListener) => {
    current.handler = handler;
  };
  return { server, shutdown: createShutdown(server), handle };
}

/**
 * Opens the port and returns the URL. `setting` is the name of the port's setting, for the error.
 * @throws ConfigurationError if the port is in use, or the port or the host is invalid.
 */
export function listen(
  server: Server,
  { port, host, setting }: { port: number; host: string; setting: "port" | "control-port" },
): Promise<string> {
  // Node takes a text for the name of a socket.
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || typeof host !== "string")
    return Promise.reject(
      new ConfigurationError(`The ${setting.replace("-", " ")} must be a number from 0 to 65535, and its host a text.`),
    );
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const hostSetting = setting.replace("port", "host");
      const remedy = `Choose another ${setting} or ${hostSetting}`.replaceAll("-", " ");
      const isOfPort = cause.code === "EADDRINUSE" || cause.code === "EACCES";
      const unusable = isOfPort ? setting : hostSetting;
      reject(new ConfigurationError(`${cause.message}. ${remedy}.`, { cause, setting: unusable }));
    });
    server.listen(port, host, () => resolve(urlOf(server, host) ?? ""));
  });
}

/** Undefined while the server does not listen. */
export function urlOf(server: Server, host: string): string | undefined {
  const address = server.address() as AddressInfo | null;
  return address ? `http://${host.includes(":") ? `[${host}]` : host}:${address.port}` : undefined;
}

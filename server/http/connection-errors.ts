import { randomUUID } from "node:crypto";
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Response } from "express";
import type { Logger } from "pino";
import { REFUSALS } from "./problem-types.ts";
import { sendJson } from "./send.ts";

type Key = "malformed-http" | "request-timeout" | "headers-too-large" | "upgrade-refused";

const KEYS: Readonly<Record<string, Key>> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "request-timeout",
};
/**
 * Answers what never becomes a request: bytes that are no HTTP, headers too large or too slow, an upgrade. Also leaves
 * "100 Continue" to the stage that reads the body. One log line each, without the bytes.
 */
export function refuseBrokenConnections(server: Server, log: Logger) {
  const answering = new WeakMap<Duplex, Response>();
  const refuse = (socket: Duplex, key: Key, code?: string) => {
    const response = answering.get(socket);
    // A broken pipe has nobody to tell, and an answer that has begun can't become another one.
    if (!socket.writable || response?.headersSent) return socket.destroy();
    if (response) return refuseRequest(response, key);
    const requestId = randomUUID();
    log.info({ requestId, status: REFUSALS[key].status, problem: key, code }, "request");
    return socket.end(rawAnswer(key, requestId));
  };
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET") socket.destroy();
    else refuse(socket, KEYS[error.code ?? ""] ?? "malformed-http", error.code);
  });
  server.on("upgrade", (_, socket) => refuse(socket, "upgrade-refused"));
  for (const event of ["checkContinue", "checkExpectation"]) {
    server.on(event, (request, response) => server.emit("request", request, response));
  }
  return {
    /** To be told of each request before it is answered. */
    watch(request: IncomingMessage, response: ServerResponse): void {
      // Express makes the one into the other.
      answering.set(request.socket, response as Response);
      response.once("close", () => answering.delete(request.socket));
    },
  };
}

/** A request that has begun, and whose body is too slow or broken; its own log line tells it. */
function refuseRequest(response: Response, key: Key): void {
  response.locals.problem = key;
  response.shouldKeepAlive = false;
  const { status } = REFUSALS[key];
  const body = problemOf(key, response.locals.requestId);
  sendJson(response, { status, mediaType: "application/problem+json", body });
}

function problemOf(key: Key, instance: string) {
  const { status, title } = REFUSALS[key];
  return { type: `urn:nexus-sync:problem:${key}`, title, status, instance };
}

function rawAnswer(key: Key, requestId: string): string {
  const { status } = REFUSALS[key];
  const body = JSON.stringify(problemOf(key, requestId));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

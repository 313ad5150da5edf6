import { randomUUID } from "node:crypto";
import { type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { setTimeout } from "node:timers";
import type { Request, Response } from "express";
import type { Logger } from "pino";
import { problemDocument } from "./problem.ts";
import { PROBLEM_TYPES } from "./problem-types.ts";
import { send } from "./respond.ts";

type Key = "malformed-http" | "request-timeout" | "headers-too-large";

interface Exchange {
  request: Request;
  response: Response;
}

/** The latest request of a connection is a property of its socket: a WeakMap costs 2 % of the time of a sync. */
export const LATEST = Symbol("latest exchange");

declare module "node:net" {
  interface Socket {
    [LATEST]?: Exchange;
  }
}

/** Error codes of Node's HTTP parser; every other code is malformed HTTP. */
const KEYS: Readonly<Record<string, Key>> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "request-timeout",
};

/**
 * Milliseconds before a socket is destroyed, in which the client can read the response: destroying a socket with unread
 * input resets the connection.
 */
const LINGER_MS = 500;

/**
 * Handles the errors of Node's HTTP parser (`clientError`). A complete request before the invalid bytes gets its own
 * response first. A request whose body is invalid or too slow gets the problem as its response. Bytes that are not a
 * request get a response written to the socket. Then the socket is destroyed.
 */
export function handleConnectionErrors(server: Server, log: Logger): void {
  server.on("clientError", (error: NodeJS.ErrnoException, duplex) => {
    // node:http passes the socket of the connection.
    const socket = duplex as Socket;
    if (!socket.writable || error.code === "ECONNRESET") return socket.destroy();
    const key = KEYS[error.code ?? ""] ?? "malformed-http";
    const exchange = socket[LATEST];
    if (exchange && !isFinished(exchange)) return endExchange(exchange, key, socket);
    return reject(socket, key, error.code);
  });
  // Without a listener, Node closes the connection without a response.
  server.on("connect", (_request, duplex) => reject(duplex as Socket, "malformed-http", "CONNECT"));
  function reject(socket: Socket, key: Key, code: string | undefined): void {
    const requestId = randomUUID();
    log.info({ requestId, status: PROBLEM_TYPES[key].status, problem: key, code }, "request");
    socket.end(rawResponse(key, requestId));
    destroySoon(socket);
  }
}

/**
 * Destroys connections on which no byte has moved for the request time, unless the server itself still works on a request.
 * That is a client that does not read its responses; Node has limits only for clients that do not send.
 */
export function closeInactiveConnections(server: Server): void {
  server.timeout = server.requestTimeout;
  server.on("timeout", (socket) => {
    const exchange = socket[LATEST];
    if (socket.writableLength > 0 || !exchange || isFinished(exchange)) socket.destroy();
  });
}

function isFinished({ request, response }: Exchange): boolean {
  return request.complete && response.writableFinished;
}

/** Rejects an incomplete request, and closes the connection after the response. */
function endExchange({ request, response }: Exchange, key: Key, socket: Socket): void {
  if (!request.complete) rejectRequest(response, key);
  else if (!response.headersSent) response.setHeader("Connection", "close");
  if (response.closed) destroySoon(socket);
  else response.once("close", () => destroySoon(socket));
}

function destroySoon(socket: Socket): void {
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Sends the problem as the response, and keeps its key for the access log. */
function rejectRequest(response: Response, key: Key): void {
  if (response.headersSent) return;
  response.locals.problem = key;
  const { status } = PROBLEM_TYPES[key];
  const body = problemDocument(key, response.locals.requestId);
  send(response, { status, mediaType: "application/problem+json", headers: { Connection: "close" }, body });
}

/** The bytes of a response; node:http has no response object here. */
function rawResponse(key: Key, requestId: string): string {
  const { status } = PROBLEM_TYPES[key];
  const body = JSON.stringify(problemDocument(key, requestId));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    `Date: ${new Date().toUTCString()}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

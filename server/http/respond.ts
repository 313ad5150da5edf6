import type { RequestHandler, Response } from "express";

export interface Reply {
  status: number;
  /** Required with a body or text. */
  mediaType?: string;
  headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as given, in place of `body`. */
  text?: string;
}

export type Send = (response: Response, reply: Reply) => void;

/** Writes every response except the stub's faults. During a shutdown it also closes the connection. */
export const send: Send = (response, { status, mediaType = "", headers = {}, body, text = JSON.stringify(body) }) => {
  const { shutdown } = response.locals;
  if (!shutdown.isOpen && shutdown.closes(response.req.socket)) response.setHeader("Connection", "close");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (text === undefined) {
    response.writeHead(status).end();
    return;
  }
  writeHead(response, { status, mediaType, length: Buffer.byteLength(text) });
  // Node sends a string in one write with the headers.
  response.end(text);
};

/** `length` in bytes. */
export function writeHead(
  response: Response,
  { status, mediaType, length }: { status: number; mediaType: string; length: number },
): void {
  // JSON is UTF-8 by definition (RFC 8259 section 11); text/* without a charset is not (RFC 2046 section 4.1.2).
  const isText = mediaType.startsWith("text/") && !mediaType.includes("charset=");
  const contentType = isText ? `${mediaType}; charset=utf-8` : mediaType;
  response.writeHead(status, { "Content-Type": contentType, "Content-Length": length });
}

/** A handler of any operation: `never` accepts handlers of every request type. */
export type Handler = (request: never, context: Express.Locals) => Promise<Pick<Reply, "status" | "body">>;

/**
 * Calls the handler of the request's operation with `response.locals` as its context, and sends its result in the
 * negotiated media type if the contract declares it for that status.
 */
export function dispatch(handlers: Readonly<Record<string, Handler>>, send: Send): RequestHandler {
  return async (request, response) => {
    const { operation, path, responseMediaType } = response.locals;
    const handler = handlers[operation.id];
    if (!handler) throw new Error(`The operation ${operation.id} has no handler.`);
    // Request validation has checked path and body against the types of the operation.
    const { status, body } = await handler({ path, body: request.body } as never, response.locals);
    const { mediaTypes = [] } = operation.responses[status] ?? {};
    const mediaType = mediaTypes.includes(responseMediaType) ? responseMediaType : (mediaTypes[0] ?? "");
    send(response, { status, mediaType, body });
  };
}

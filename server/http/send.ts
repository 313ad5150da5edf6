import type { Response } from "express";

export interface Reply {
  status: number;
  /** Required with a body or text. */
  mediaType?: string;
  headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  text?: string;
}

export type Send = (response: Response, reply: Reply) => void;

/** Writes a response: the only function that does, except for the stub's faults. It closes the connection during a shutdown. */
export const send: Send = (response, { status, mediaType = "", headers = {}, body, text = JSON.stringify(body) }) => {
  if (response.locals.shutdown.closes(response.req.socket)) response.setHeader("Connection", "close");
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

import type { Response } from "express";

export interface JsonAnswer {
  status: number;
  mediaType: string;
  body: unknown;
}

export type SendAnswer = (response: Response, answer: JsonAnswer) => void;

/** The one way out: status, media type, length and body in one write. */
export function sendJson(response: Response, { status, mediaType, body }: JsonAnswer): void {
  // As text, it leaves in one write with the headers.
  const text = JSON.stringify(body);
  writeHead(response, { status, mediaType, length: Buffer.byteLength(text) });
  response.end(text);
}

/** `length` in bytes. */
export function writeHead(
  response: Response,
  { status, mediaType, length }: { status: number; mediaType: string; length: number },
): void {
  // JSON is UTF-8 by definition (RFC 8259 section 11); text/* without a charset is not (RFC 2046 section 4.1.2).
  const contentType = mediaType.startsWith("text/") ? `${mediaType}; charset=utf-8` : mediaType;
  response.writeHead(status, { "Content-Type": contentType, "Content-Length": length });
}

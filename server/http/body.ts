import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import { unstorableText } from "../identity/text.ts";
import { Problem } from "./problem.ts";

/**
 * Reads the body as JSON in strict UTF-8. Rejects text that the stores treat differently (U+0000, lone surrogates).
 * Skips operations without a request body.
 * @param limit Maximum size in bytes; `limits` overrides it by operation id.
 */
export function jsonBody(limit: number, limits: Readonly<Record<string, number>> = {}): RequestHandler {
  return async (request, response, next) => {
    const { operation } = response.locals;
    if (!operation.requestBody) return next();
    const bytes = await read(request, limits[operation.id] ?? limit, () => response.writeContinue());
    if (bytes.length > 0) {
      const text = decode(bytes);
      response.locals.bodyText = text;
      request.body = parse(text);
    }
    next();
  };
}

/** Whether the client waits for a 100 (RFC 9110 section 10.1.1); a client of HTTP/1.0 never does. */
function expectsContinue({ headers: { expect = "" }, httpVersion }: IncomingMessage): boolean {
  const expectations = expect.split(",").map((expectation) => expectation.trim().toLowerCase());
  return httpVersion !== "1.0" && expectations.includes("100-continue");
}

function read(request: IncomingMessage, limit: number, sendContinue: () => void): Promise<Buffer> {
  const tooLarge = () => new Problem("content-too-large", { detail: `The limit is ${limit} bytes.` });
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
  if (expectsContinue(request)) sendContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else {
        request.off("data", take);
        reject(tooLarge());
      }
    };
    request.on("data", take);
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", (cause) => {
      reject(new Problem("invalid-request", { detail: "The body is incomplete.", cause }));
    });
  });
}

/** Ignores a byte order mark, as RFC 8259 section 8.1 allows. */
const UTF_8 = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Buffer): string {
  return orViolation("must be UTF-8", () => UTF_8.decode(bytes));
}

function parse(text: string): unknown {
  const body: unknown = orViolation("must be JSON", () => JSON.parse(text));
  // JSON in valid UTF-8 has U+0000 and lone surrogates only as \u escapes, so most bodies need no check.
  const pointers = text.includes("\\u") ? unstorableText(body) : [];
  if (pointers.length === 0) return body;
  const detail = "must NOT have U+0000 or a lone surrogate";
  throw new Problem("invalid-request", { violations: pointers.map((pointer) => ({ pointer, detail })) });
}

/** The result of `read`; if it throws, the whole body is a violation. */
function orViolation<T>(detail: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Problem("invalid-request", { violations: [{ pointer: "", detail }], cause });
  }
}

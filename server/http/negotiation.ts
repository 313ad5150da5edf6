import type { RequestHandler } from "express";
import { OPERATIONS } from "../../generated/operations.ts";
import { Problem } from "./problem.ts";

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const VALUE = `${TOKEN}|"(?:[^"\\\\]|\\\\.)*"`;
/** RFC 9110 section 8.3.1; empty parameters (`;;`) are allowed by its section 5.6.6. */
const MEDIA_TYPE = new RegExp(`^(${TOKEN}/${TOKEN})[ \\t]*((?:;[ \\t]*(?:${TOKEN}=(?:${VALUE})[ \\t]*)?)*)$`);

/** One parameter after another: a quoted value is taken whole, with what looks like a parameter in it. */
const PARAMETER = new RegExp(`(${TOKEN})=(${VALUE})`, "g");

/** Chooses the answer's media type by Accept (RFC 9110 section 12.5.1), or refuses with 406. */
export const acceptable: RequestHandler = (request, response, next) => {
  const offered = OPERATIONS[response.locals.operationId].responses[200].mediaTypes;
  const chosen = plainlyAccepted(request.headers.accept, offered) ?? request.accepts([...offered]);
  if (!chosen) throw new Problem("not-acceptable", { detail: `This operation answers in ${offered.join(" or ")}.` });
  response.locals.answerMediaType = chosen;
  next();
};

/** What most callers send needs no weighing. */
function plainlyAccepted(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (accept === undefined || accept === "*/*") return offered[0];
  return offered.find((mediaType) => mediaType === accept);
}

/** Refuses what is not JSON in UTF-8, uncompressed, with 415. */
export const contentType = createContentType(OPERATIONS);

/**
 * The same for the operations of the table. The header then becomes bare `application/json`: the contract's validator
 * keeps a compiled schema for each spelling it meets, and does not match `application/*+json`.
 */
export function createContentType(
  operations: Readonly<Record<string, { requestMediaTypes: readonly string[] }>>,
): RequestHandler {
  return (request, response, next) => {
    if (request.headers["content-encoding"] !== undefined) {
      throw new Problem("unsupported-media-type", { detail: "Send the body without a Content-Encoding." });
    }
    const sent = request.headersDistinct["content-type"] ?? [];
    const accepted = operations[response.locals.operationId]?.requestMediaTypes ?? [];
    const isTaken = accepted.length > 0;
    if (isTaken && (sent.length > 0 || hasBody(request.headers))) checkMediaType(sent, accepted);
    request.headers["content-type"] = "application/json";
    next();
  };
}

function hasBody(headers: {
  "content-length"?: string | undefined;
  "transfer-encoding"?: string | undefined;
}): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function checkMediaType(sent: string[], accepted: readonly string[]): void {
  if (sent.length === 1 && accepted.some((mediaType) => mediaType === sent[0])) return;
  const match = sent.length === 1 ? MEDIA_TYPE.exec(sent[0] ?? "") : null;
  const [, mediaType = "", parameters = ""] = match ?? [];
  if (!accepted.some((pattern) => fits(mediaType.toLowerCase(), pattern))) {
    throw new Problem("unsupported-media-type", { detail: `Send the body as ${accepted.join(" or ")}.` });
  }
  const charsets = Array.from(parameters.matchAll(PARAMETER), ([, name = "", value = ""]) =>
    name.toLowerCase() === "charset" ? value.replace(/^"|"$/g, "").toLowerCase() : "utf-8",
  );
  if (charsets.some((charset) => charset !== "utf-8")) {
    throw new Problem("unsupported-media-type", { detail: "Send the body in UTF-8." });
  }
}

/** `application/*+json` stands for all of its kind. */
function fits(mediaType: string, pattern: string): boolean {
  const [before = "", after] = pattern.split("*");
  if (after === undefined) return mediaType === pattern;
  return mediaType.length > pattern.length - 1 && mediaType.startsWith(before) && mediaType.endsWith(after);
}

import type { IncomingHttpHeaders } from "node:http";
import { MIMEType } from "node:util";
import type { RequestHandler } from "express";
import { Problem } from "./problem.ts";

/** Chooses the media type of a successful response by Accept (RFC 9110 section 12.5.1), or rejects with 406. */
export const acceptable: RequestHandler = (request, response, next) => {
  const { successMediaTypes: offered } = response.locals.operation;
  if (offered.length === 0) return next();
  const chosen = request.accepts([...offered]);
  if (!chosen) throw new Problem("not-acceptable", { detail: `This operation returns ${offered.join(" or ")}.` });
  response.locals.responseMediaType = chosen;
  next();
};

/**
 * Rejects a body with 415 unless it is uncompressed JSON in UTF-8. Then sets Content-Type to `application/json`,
 * because the contract's validator caches a compiled schema per spelling and does not match `application/*+json`.
 */
export const contentType: RequestHandler = (request, response, next) => {
  if (request.headers["content-encoding"] !== undefined) {
    throw new Problem("unsupported-media-type", { detail: "Send the body without a Content-Encoding." });
  }
  const sent = request.headersDistinct["content-type"] ?? [];
  const accepted = response.locals.operation.requestBody?.mediaTypes ?? [];
  if (accepted.length > 0 && (sent.length > 0 || hasBody(request.headers))) checkMediaType(sent, accepted);
  request.headers["content-type"] = "application/json";
  next();
};

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function checkMediaType(sent: string[], accepted: readonly string[]): void {
  const type = sent.length === 1 ? parse(sent[0] ?? "") : undefined;
  if (!type || !accepted.some((pattern) => fits(type.essence, pattern))) {
    throw new Problem("unsupported-media-type", { detail: `Send the body as ${accepted.join(" or ")}.` });
  }
  if (!/^utf-8$/i.test(type.params.get("charset") ?? "utf-8")) {
    throw new Problem("unsupported-media-type", { detail: "Send the body in UTF-8." });
  }
}

/** Undefined for an invalid media type. */
function parse(text: string): MIMEType | undefined {
  try {
    return new MIMEType(text);
  } catch {
    return undefined;
  }
}

/** `application/*+json` matches every type with that suffix. */
function fits(mediaType: string, pattern: string): boolean {
  const [before = "", after] = pattern.split("*");
  if (after === undefined) return mediaType === pattern;
  return mediaType.length > pattern.length - 1 && mediaType.startsWith(before) && mediaType.endsWith(after);
}

import type { RequestHandler } from "express";
import { Problem } from "./problem.ts";

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const VALUE = `${TOKEN}|"(?:[^"\\\\]|\\\\.)*"`;
/** RFC 9110 section 8.3.1; empty parameters (`;;`) are allowed by its section 5.6.6. */
const MEDIA_TYPE = new RegExp(`^(${TOKEN}/${TOKEN})[ \\t]*((?:;[ \\t]*(?:${TOKEN}=(?:${VALUE})[ \\t]*)?)*)$`);

/** A quoted value is matched whole, even if it contains text that looks like a parameter. */
const PARAMETER = new RegExp(`(${TOKEN})=(${VALUE})`, "g");

/** Chooses the media type of a successful response by Accept (RFC 9110 section 12.5.1), or rejects with 406. */
export const acceptable: RequestHandler = (request, response, next) => {
  const { successMediaTypes: offered } = response.locals.operation;
  if (offered.length === 0) return next();
  const chosen = exactMatch(request.headers.accept, offered) ?? request.accepts([...offered]);
  if (!chosen) throw new Problem("not-acceptable", { detail: `This operation returns ${offered.join(" or ")}.` });
  response.locals.responseMediaType = chosen;
  next();
};

/** Fast path for the Accept headers that most callers send. */
function exactMatch(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (accept === undefined || accept === "*/*") return offered[0];
  return offered.find((mediaType) => mediaType === accept);
}

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

/** `application/*+json` matches every type with that suffix. */
function fits(mediaType: string, pattern: string): boolean {
  const [before = "", after] = pattern.split("*");
  if (after === undefined) return mediaType === pattern;
  return mediaType.length > pattern.length - 1 && mediaType.startsWith(before) && mediaType.endsWith(after);
}

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

/** Rejects a body with 415 unless it is uncompressed JSON in UTF-8, in a media type of the operation. */
export const contentType: RequestHandler = (request, response, next) => {
  if (request.headers["content-encoding"] !== undefined) {
    throw new Problem("unsupported-media-type", { detail: "Send the body without a Content-Encoding." });
  }
  const sent = request.headersDistinct["content-type"] ?? [];
  const accepted = response.locals.operation.requestBody?.mediaTypes ?? [];
  const isSent = accepted.length > 0 && (sent.length > 0 || hasBody(request.headers));
  response.locals.requestMediaType = (isSent ? declaredType(sent, accepted) : accepted[0]) ?? "";
  next();
};

function hasBody(headers: {
  "content-length"?: string | undefined;
  "transfer-encoding"?: string | undefined;
}): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function declaredType(sent: string[], accepted: readonly string[]): string {
  const exact = sent.length === 1 && accepted.find((mediaType) => mediaType === sent[0]);
  if (exact) return exact;
  const match = sent.length === 1 ? MEDIA_TYPE.exec(sent[0] ?? "") : null;
  const [, mediaType = "", parameters = ""] = match ?? [];
  const declared = accepted.find((pattern) => fits(mediaType.toLowerCase(), pattern));
  if (declared === undefined) {
    throw new Problem("unsupported-media-type", { detail: `Send the body as ${accepted.join(" or ")}.` });
  }
  const charsets = Array.from(parameters.matchAll(PARAMETER), ([, name = "", value = ""]) =>
    name.toLowerCase() === "charset" ? value.replace(/^"|"$/g, "").toLowerCase() : "utf-8",
  );
  if (charsets.some((charset) => charset !== "utf-8")) {
    throw new Problem("unsupported-media-type", { detail: "Send the body in UTF-8." });
  }
  return declared;
}

/** `application/*+json` matches every type with that suffix. */
export function fits(mediaType: string, pattern: string): boolean {
  const [before = "", after] = pattern.split("*");
  if (after === undefined) return mediaType === pattern;
  return mediaType.length > pattern.length - 1 && mediaType.startsWith(before) && mediaType.endsWith(after);
}

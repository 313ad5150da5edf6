import { createHash, timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";
import { authorization } from "../../auth/authorization-header.ts";
import { Problem } from "../../http/problem.ts";

/** Lets in who brings the token; everybody, where there is none. Hashes are compared, in constant time. */
export function bearsToken(token: string | undefined): RequestHandler {
  if (token === undefined) return (_request, _response, next) => next();
  const wanted = sha256(token);
  return (request, _response, next) => {
    const given = authorization(request, "bearer");
    const failure =
      typeof given === "string" ? given : timingSafeEqual(sha256(given.value), wanted) ? undefined : "wrong";
    if (failure === undefined) return next();
    const headers = { "WWW-Authenticate": 'Bearer realm="nexus-sync control port"' };
    throw new Problem("unauthenticated", { detail: `The token of the control port is ${failure}.`, headers });
  };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}

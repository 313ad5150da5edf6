import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import type { Contract } from "../contract/contract.ts";
import type { SecurityScheme } from "../contract/operations.ts";
import { Problem } from "../http/problem.ts";

/** The caller of a request: the id of an API key or application token, or the subject of a Bearer token. */
export interface Caller {
  id: string;
  permissions: readonly string[];
}

/** Reason for rejecting credentials, part of the problem detail. Contains nothing of the request. */
export type Failure = "missing" | "sent twice" | "malformed" | "wrong" | "expired";

export interface SchemeHandler {
  /** Name of an HTTP authentication scheme in lower case, or of a header whose value is the credentials. */
  source: { scheme: "basic" | "bearer" } | { header: string };
  /** Checks credentials of this scheme. `address` is the client's. */
  verify(credentials: string, address: string | undefined): Caller | Failure | Promise<Caller | Failure>;
}

/** One handler per security scheme of the contract, by the scheme's name. */
export type SchemeHandlers = Readonly<Record<string, SchemeHandler>>;

const REALM = 'realm="Nexus APIs"';

/**
 * Evaluates the security requirements of the operation before the body is read. A request is authenticated if all
 * schemes of one alternative accept it; its permissions are those that all of them grant. The response does not depend
 * on the user id.
 */
export function security(handlers: SchemeHandlers, { securitySchemes }: Contract): RequestHandler {
  return async (request, response, next) => {
    const { security: alternatives, permissions } = response.locals.operation;
    const failures: string[] = [];
    for (const schemes of alternatives) {
      const results = await Promise.all(schemes.map((scheme) => evaluate(handlerOf(handlers, scheme), request)));
      const callers = results.filter((result) => typeof result !== "string");
      if (callers.length === schemes.length) {
        response.locals.caller = authorized(callers, permissions);
        return next();
      }
      failures.push(describe(schemes, results));
    }
    if (alternatives.length === 0) return next();
    throw new Problem("unauthenticated", {
      detail: failures.join(" "),
      headers: { "WWW-Authenticate": challenges(alternatives, securitySchemes) },
    });
  };
}

function evaluate({ source, verify }: SchemeHandler, request: IncomingMessage) {
  const sent = "scheme" in source ? authorization(request, source.scheme) : singleHeader(request, source.header);
  return typeof sent === "string" ? sent : verify(sent.value, request.socket.remoteAddress);
}

/** The part of Authorization after the scheme's name (in any case) and exactly one space (RFC 9110 section 11.4). */
export function authorization(request: IncomingMessage, scheme: string): { value: string } | Failure {
  const header = singleHeader(request, "authorization");
  if (typeof header === "string") return header;
  const [name = "", ...rest] = header.value.split(" ");
  if (name.toLowerCase() !== scheme) return "missing";
  return rest.length === 1 && rest[0] ? { value: rest[0] } : "malformed";
}

/** The value of a header that must not be repeated; Node itself would drop or join further values. */
function singleHeader({ headersDistinct }: IncomingMessage, name: string): { value: string } | Failure {
  const values = headersDistinct[name.toLowerCase()] ?? [];
  const [value] = values;
  if (!value) return "missing";
  return values.length === 1 ? { value } : "sent twice";
}

function handlerOf(handlers: SchemeHandlers, scheme: string): SchemeHandler {
  const handler = handlers[scheme];
  if (!handler) throw new Error(`The security scheme ${scheme} has no handler.`);
  return handler;
}

function authorized(callers: Caller[], required: readonly string[]): Caller {
  const [first = { id: "", permissions: [] }, ...others] = callers;
  const permissions = first.permissions.filter((one) => others.every((other) => other.permissions.includes(one)));
  if (required.length > 0 && !required.some((permission) => permissions.includes(permission))) {
    throw new Problem("forbidden", { detail: `One of these permissions is required: ${required.join(", ")}.` });
  }
  return { id: first.id, permissions };
}

/** "Bearer is missing, ApplicationToken is wrong." */
function describe(schemes: readonly string[], results: readonly (Caller | Failure)[]): string {
  const parts = schemes.flatMap((scheme, index) => {
    const result = results[index];
    return typeof result === "string" ? [`${scheme} is ${result}`] : [];
  });
  return `${parts.join(", ")}.`;
}

/** One challenge per alternative (RFC 9110 section 11.6.1); API keys in a header have no registered scheme. */
function challenges(
  alternatives: readonly (readonly string[])[],
  securitySchemes: Readonly<Record<string, SecurityScheme>>,
): string[] {
  return alternatives.flat().flatMap((name) => {
    const scheme = securitySchemes[name];
    if (scheme?.type !== "http") return [];
    return [scheme.scheme === "basic" ? `Basic ${REALM}, charset="UTF-8"` : `Bearer ${REALM}`];
  });
}

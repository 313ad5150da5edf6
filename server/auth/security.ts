import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import type { Contract } from "../contract/contract.ts";
import type { Operation, SecurityScheme } from "../contract/operations.ts";
import { Problem } from "../http/problem.ts";

/** The caller of a request: the id of an API key or application token, or the subject of a Bearer token. */
export interface Caller {
  id: string;
  permissions: readonly string[];
}

/** Reason for rejecting credentials, part of the problem detail. Contains nothing of the request. */
export type Failure = "missing" | "sent twice" | "malformed" | "wrong" | "expired";

/** Rejected credentials. `reason` is a code for the log, never for the response. Default: the failure. */
export interface Refusal {
  failure: Failure;
  reason?: string;
}

export interface SchemeHandler {
  /** Name of an HTTP authentication scheme in lower case, or of a header whose value is the credentials. */
  source: { scheme: "basic" | "bearer" } | { header: string };
  /** Checks credentials of this scheme. */
  verify(credentials: string, request: IncomingMessage): Caller | Refusal | Promise<Caller | Refusal>;
}

/** One handler per security scheme of the contract, by the scheme's name. */
export type SchemeHandlers = Readonly<Record<string, SchemeHandler>>;

const REALM = 'realm="Nexus APIs"';

/**
 * Evaluates the security requirements of the operation before the body is read. A request is authenticated if all
 * schemes of one alternative accept it, and authorized if the credentials of each of them hold a required permission. The
 * response does not depend on the user id.
 */
export function security(handlers: SchemeHandlers, { securitySchemes }: Contract): RequestHandler {
  return async (request, { locals }, next) => {
    const { security: alternatives, permissions } = locals.operation;
    const refused: Refused[] = [];
    for (const schemes of usable(alternatives, permissions)) {
      const results = await Promise.all(schemes.map((scheme) => evaluate(handlerOf(handlers, scheme), request)));
      const callers = results.filter(isCaller);
      if (callers.length === schemes.length) {
        locals.caller = authorized(schemes, callers, locals);
        return next();
      }
      refused.push({ schemes, results });
    }
    if (alternatives.length === 0 && permissions.length === 0) return next();
    locals.refusals = Object.assign({}, ...refused.map(reasonsOf));
    throw new Problem("unauthenticated", {
      detail: refused.map(describe).join(" "),
      headers: { "WWW-Authenticate": challenges(alternatives, securitySchemes) },
    });
  };
}

/** An alternative that the request does not meet. */
interface Refused {
  schemes: readonly string[];
  /** By index of the schemes. */
  results: readonly (Caller | Refusal)[];
}

/** Without credentials there is no permission. */
function usable(alternatives: Operation["security"], permissions: readonly string[]): Operation["security"] {
  return permissions.length === 0 ? alternatives : alternatives.filter((schemes) => schemes.length > 0);
}

async function evaluate({ source, verify }: SchemeHandler, request: IncomingMessage): Promise<Caller | Refusal> {
  const sent = "scheme" in source ? authorization(request, source.scheme) : singleHeader(request, source.header);
  return typeof sent === "string" ? { failure: sent } : verify(sent.value, request);
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

function isCaller(result: Caller | Refusal): result is Caller {
  return !("failure" in result);
}

/** The first caller, if each of them holds one of the required permissions. @throws Problem */
function authorized(schemes: readonly string[], callers: readonly Caller[], locals: Express.Locals): Caller {
  const required = locals.operation.permissions;
  const lacking = schemes.filter((_, index) => !required.some((one) => callers[index]?.permissions.includes(one)));
  if (required.length === 0 || lacking.length === 0) return callers[0] ?? { id: "", permissions: [] };
  locals.refusals = Object.fromEntries(lacking.map((scheme) => [logName(scheme), "permission-missing"]));
  const list = required.join(", ");
  const [only = "", ...others] = schemes;
  if (others.length === 0)
    throw new Problem("forbidden", { detail: `${only} must hold one of these permissions: ${list}.` });
  const rule = `Each of ${schemes.join(" and ")} must hold one of these permissions, not necessarily the same: ${list}.`;
  throw new Problem("forbidden", { detail: `${rule} Without one: ${lacking.join(", ")}.` });
}

/** "Bearer is missing, ApplicationToken is wrong." */
function describe({ schemes, results }: Refused): string {
  const parts = schemes.flatMap((scheme, index) => {
    const result = results[index];
    return !result || isCaller(result) ? [] : [`${scheme} is ${result.failure}`];
  });
  return `${parts.join(", ")}.`;
}

/** Reason codes by scheme, for the log; empty if no credentials of the alternative were sent. */
function reasonsOf({ schemes, results }: Refused): Record<string, string> {
  const refusals = results.flatMap((result, index) =>
    isCaller(result) ? [] : [[logName(schemes[index] ?? ""), result.reason ?? result.failure.replace(" ", "-")]],
  );
  const isSent = refusals.length < schemes.length || refusals.some(([_, reason]) => reason !== "missing");
  return isSent ? Object.fromEntries(refusals) : {};
}

/** `ApplicationToken` is `applicationToken` in the log. */
function logName(scheme: string): string {
  return scheme.charAt(0).toLowerCase() + scheme.slice(1);
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

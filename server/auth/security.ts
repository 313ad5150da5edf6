import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import { OPERATIONS, SECURITY_SCHEMES } from "../../generated/operations.ts";
import { Problem } from "../http/problem.ts";
import type { Failure } from "./authorization-header.ts";

/** Who asks: an API key's id or a token's subject. */
export interface Caller {
  id: string;
  permissions: readonly string[];
}

export type SchemeName = keyof typeof SECURITY_SCHEMES;
export type SchemeHandler = (request: IncomingMessage) => Caller | Failure | Promise<Caller | Failure>;

/** One handler for each scheme of the contract: a scheme without one does not compile. */
export type SchemeHandlers = Readonly<Record<SchemeName, SchemeHandler>>;

const REALM = 'realm="Nexus APIs"';

/**
 * Evaluates the contract's requirement lists before anything of the body is read: one alternative whose schemes all
 * hold lets the caller in, with the permissions that all of them grant. The answer is the same for every user id.
 */
export function security(handlers: SchemeHandlers): RequestHandler {
  return async (request, response, next) => {
    const { security: alternatives, permissions } = OPERATIONS[response.locals.operationId];
    const failed: { schemes: readonly SchemeName[]; verdicts: (Caller | Failure)[] }[] = [];
    for (const schemes of alternatives) {
      const verdicts = await Promise.all(schemes.map((scheme) => handlers[scheme](request)));
      const callers = verdicts.filter((verdict) => typeof verdict !== "string");
      if (callers.length === schemes.length) {
        response.locals.caller = allowed(callers, permissions);
        return next();
      }
      failed.push({ schemes, verdicts });
    }
    throw new Problem("unauthenticated", {
      detail: failed.map(describe).join(" "),
      headers: { "WWW-Authenticate": challenges(alternatives) },
    });
  };
}

function allowed(callers: Caller[], needed: readonly string[]): Caller {
  const [first = { id: "", permissions: [] }, ...others] = callers;
  const permissions = first.permissions.filter((one) => others.every((other) => other.permissions.includes(one)));
  if (needed.length > 0 && !needed.some((permission) => permissions.includes(permission))) {
    throw new Problem("forbidden", { detail: `One of these is needed: ${needed.join(", ")}.` });
  }
  return { id: first.id, permissions };
}

/** "Bearer is missing, ApplicationToken is wrong." */
function describe({ schemes, verdicts }: { schemes: readonly SchemeName[]; verdicts: (Caller | Failure)[] }): string {
  const parts = schemes.flatMap((scheme, index) => {
    const verdict = verdicts[index];
    return typeof verdict === "string" ? [`${scheme} is ${verdict}`] : [];
  });
  return `${parts.join(", ")}.`;
}

/** One challenge for each alternative (RFC 9110 section 11.6.1); API keys in a header have no registered scheme. */
function challenges(alternatives: readonly (readonly SchemeName[])[]): string[] {
  const schemes = alternatives.flat().map((name) => SECURITY_SCHEMES[name]);
  return schemes.flatMap((scheme) => {
    if (scheme.type !== "http") return [];
    return [scheme.scheme === "basic" ? `Basic ${REALM}, charset="UTF-8"` : `Bearer ${REALM}`];
  });
}

import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import type { Contract } from "../contract/contract.ts";
import type { Operation, SecurityRequirement } from "../contract/operations.ts";
import {
  type Caller,
  challengesOf,
  type Failure,
  type Finding,
  type Refusal,
  type Rejected,
  rejection,
} from "./rejection.ts";

export type { Caller, Failure, Refusal };

export interface SchemeHandler {
  /** Name of an HTTP authentication scheme in lower case, or of a header whose value is the credentials. */
  source: { scheme: "basic" | "bearer" } | { header: string };
  /** Checks credentials of this scheme. */
  verify(credentials: string, request: IncomingMessage): Caller | Refusal | Promise<Caller | Refusal>;
}

/** One handler per security scheme of the contract, by the scheme's name. */
export type SchemeHandlers = Readonly<Record<string, SchemeHandler>>;

/** The result of each scheme, by its name. */
type Results = Map<string, Caller | Refusal>;

const ANYONE: Caller = { id: "", permissions: [] };

/**
 * Evaluates the security requirements of the operation before the body is read. A request is authenticated if all
 * schemes of one alternative accept it, and authorized if the credentials of each of them hold all scopes of the alternative
 * and one of the required permissions. The response does not depend on the user id.
 */
export function security(handlers: SchemeHandlers, { operations, securitySchemes }: Contract): RequestHandler {
  const challenges = new Map(operations.map((one) => [one, challengesOf(one.security, securitySchemes)]));
  return async (request, { locals }, next) => {
    const { operation } = locals;
    if (operation.security.length === 0 && operation.permissions.length === 0) return next();
    const results: Results = new Map();
    const rejected: Rejected[] = [];
    for (const requirement of usable(operation)) {
      await evaluateSchemes(requirement, results, request);
      const findings = findingsOf(requirement, operation, results);
      if (findings.every(permits)) {
        // The caller that the first scheme identifies.
        locals.caller = findings[0]?.caller ?? ANYONE;
        return next();
      }
      rejected.push({ requirement, findings });
    }
    throw rejection(rejected, locals, challenges.get(operation));
  };

  /** Several alternatives can have one scheme; credentials are verified, and wrong secrets are counted, once. */
  async function evaluateSchemes(requirement: SecurityRequirement, results: Results, request: IncomingMessage) {
    for (const scheme of Object.keys(requirement)) {
      if (!results.has(scheme)) results.set(scheme, await evaluate(scheme, handlers[scheme], request));
    }
  }
}

/** Without credentials there is no permission. */
function usable({ security, permissions }: Operation): readonly SecurityRequirement[] {
  return permissions.length === 0 ? security : security.filter((one) => Object.keys(one).length > 0);
}

function findingsOf(requirement: SecurityRequirement, { permissions }: Operation, results: Results): Finding[] {
  return Object.entries(requirement).map(([scheme, scopes]) => {
    const result = results.get(scheme) ?? { failure: "missing" };
    if ("failure" in result) {
      return { scheme, caller: undefined, refusal: result, hasScopes: false, hasPermission: false };
    }
    const { permissions: held } = result;
    const hasScopes = scopes.every((scope) => held.includes(scope));
    const hasPermission = permissions.length === 0 || permissions.some((one) => held.includes(one));
    return { scheme, caller: result, refusal: undefined, hasScopes, hasPermission };
  });
}

function permits({ caller, hasScopes, hasPermission }: Finding): boolean {
  return caller !== undefined && hasScopes && hasPermission;
}

async function evaluate(
  name: string,
  handler: SchemeHandler | undefined,
  request: IncomingMessage,
): Promise<Caller | Refusal> {
  if (!handler) throw new Error(`The security scheme ${name} has no handler.`);
  const { source, verify } = handler;
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

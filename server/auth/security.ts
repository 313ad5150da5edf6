import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import type { Contract } from "../contract/contract.ts";
import type { Operation, SecurityRequirement } from "../contract/operations.ts";
import { Problem } from "../http/problem.ts";
import { authorization, challenges, type Failure, singleHeader } from "./authorization.ts";
import { lackOf, type Reasons } from "./permissions.ts";

/** The caller of a request: the id of an API key or application token, or the subject of a Bearer token. */
export interface Caller {
  id: string;
  permissions: readonly string[];
}

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

/**
 * Evaluates the security requirements of the operation before the body is read. A request is authenticated if all
 * schemes of one alternative accept it, and authorized if the credentials of each of them hold all scopes of the alternative
 * and one of the required permissions. The response does not depend on the user id.
 */
export function security(handlers: SchemeHandlers, { securitySchemes }: Contract): RequestHandler {
  return async (request, { locals }, next) => {
    const { security: alternatives, permissions } = locals.operation;
    const resultOf = once((scheme) => evaluate(scheme, handlers[scheme], request));
    if (alternatives.length === 0 && permissions.length === 0) return next();
    const rejections: Rejection[] = [];
    for (const requirement of usable(alternatives, permissions)) {
      const result = await callerOf(requirement, permissions, resultOf);
      if ("detail" in result) {
        rejections.push(result);
        continue;
      }
      locals.caller = result;
      return next();
    }
    throw problemOf(rejections, locals, challenges(alternatives, securitySchemes));
  };
}

/** 403 if an alternative is authenticated, otherwise 401. */
function problemOf(rejections: readonly Rejection[], locals: Express.Locals, challenge: string[]): Problem {
  const lacking = rejections.filter(({ isAuthenticated }) => isAuthenticated);
  const relevant = lacking.length > 0 ? lacking : rejections;
  const reasons = relevant.flatMap((rejection) => rejection.reasons);
  locals.refusals = Object.fromEntries(reasons.map(([scheme, code]) => [logName(scheme), code]));
  const detail = [...new Set(relevant.map((rejection) => rejection.detail))].join(" ");
  if (lacking.length > 0) return new Problem("forbidden", { detail });
  return new Problem("unauthenticated", { detail, headers: { "WWW-Authenticate": challenge } });
}

/** Without credentials there is no permission. */
function usable(alternatives: Operation["security"], permissions: readonly string[]): Operation["security"] {
  return permissions.length === 0 ? alternatives : alternatives.filter((one) => Object.keys(one).length > 0);
}

/** Several alternatives can have one scheme; credentials are verified, and wrong secrets are counted, once. */
function once<T>(evaluateScheme: (scheme: string) => Promise<T>): (scheme: string) => Promise<T> {
  const results = new Map<string, Promise<T>>();
  return (scheme) => {
    const result = results.get(scheme) ?? evaluateScheme(scheme);
    results.set(scheme, result);
    return result;
  };
}

/** Why an alternative does not permit the request. */
interface Rejection {
  isAuthenticated: boolean;
  detail: string;
  reasons: Reasons;
}

/** The caller that the first scheme of an alternative identifies, if the alternative permits the request. */
async function callerOf(
  requirement: SecurityRequirement,
  permissions: readonly string[],
  resultOf: (scheme: string) => Promise<Caller | Refusal>,
): Promise<Caller | Rejection> {
  const schemes = Object.keys(requirement);
  const results = await Promise.all(schemes.map(resultOf));
  const callers = results.filter(isCaller);
  if (callers.length < schemes.length) {
    return { isAuthenticated: false, detail: describe(schemes, results), reasons: reasonsOf(schemes, results) };
  }
  const lack = lackOf(requirement, permissions, callers);
  return lack ? { isAuthenticated: true, ...lack } : (callers[0] ?? { id: "", permissions: [] });
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

function isCaller(result: Caller | Refusal): result is Caller {
  return !("failure" in result);
}

/** "Bearer is missing, ApplicationToken is wrong." */
function describe(schemes: readonly string[], results: readonly (Caller | Refusal)[]): string {
  const parts = schemes.flatMap((scheme, index) => {
    const result = results[index];
    return !result || isCaller(result) ? [] : [`${scheme} is ${result.failure}`];
  });
  return `${parts.join(", ")}.`;
}

/** Reason codes by scheme, for the log; empty if no credentials of the alternative were sent. */
function reasonsOf(schemes: readonly string[], results: readonly (Caller | Refusal)[]): Reasons {
  const refusals = results.flatMap(
    (result, index): Reasons =>
      isCaller(result) ? [] : [[schemes[index] ?? "", result.reason ?? result.failure.replace(" ", "-")]],
  );
  const isSent = refusals.length < schemes.length || refusals.some(([_, reason]) => reason !== "missing");
  return isSent ? refusals : [];
}

/** `ApplicationToken` is `applicationToken` in the log. */
function logName(scheme: string): string {
  return scheme.charAt(0).toLowerCase() + scheme.slice(1);
}

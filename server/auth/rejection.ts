import type { Contract } from "../contract/contract.ts";
import type { SecurityRequirement } from "../contract/operations.ts";
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

/** The result of one scheme of an alternative for a request. */
export interface Finding {
  scheme: string;
  /** Undefined if the credentials were refused. */
  caller: Caller | undefined;
  /** Undefined if the credentials were accepted. */
  refusal: Refusal | undefined;
  hasScopes: boolean;
  hasPermission: boolean;
}

/** An alternative that does not permit the request. */
export interface Rejected {
  requirement: SecurityRequirement;
  findings: readonly Finding[];
}

/** A 403 if an alternative is authenticated, otherwise a 401 with these challenges. Sets the reasons for the log. */
export function rejection(
  rejected: readonly Rejected[],
  locals: Express.Locals,
  challenges: readonly string[] = [],
): Problem {
  const { permissions } = locals.operation;
  const lacking = rejected.filter(({ findings }) => findings.every(({ refusal }) => !refusal));
  if (lacking.length > 0) {
    locals.refusals = Object.fromEntries(lacking.flatMap(lackReasons));
    return new Problem("forbidden", { detail: joined(lacking.map((one) => lackText(one, permissions))) });
  }
  locals.refusals = Object.fromEntries(rejected.flatMap(refusalReasons));
  const headers = { "WWW-Authenticate": [...challenges] };
  return new Problem("unauthenticated", { detail: joined(rejected.map(refusalText)), headers });
}

function joined(details: readonly string[]): string {
  return [...new Set(details)].join(" ");
}

/** "Bearer is missing, ApplicationToken is wrong." */
function refusalText({ findings }: Rejected): string {
  const parts = findings.flatMap(({ scheme, refusal }) => (refusal ? [`${scheme} is ${refusal.failure}`] : []));
  return `${parts.join(", ")}.`;
}

/** Codes by scheme; none if no credentials of the alternative were sent. */
function refusalReasons({ findings }: Rejected): [scheme: string, code: string][] {
  const reasons = findings.flatMap(({ scheme, refusal }): [string, string][] =>
    refusal ? [[logName(scheme), refusal.reason ?? refusal.failure.replace(" ", "-")]] : [],
  );
  const isSent = reasons.length < findings.length || reasons.some(([_, reason]) => reason !== "missing");
  return isSent ? reasons : [];
}

function lackText({ requirement, findings }: Rejected, permissions: readonly string[]): string {
  const details = findings.flatMap(({ scheme, hasScopes }) =>
    hasScopes ? [] : [`${scheme} must hold all of these scopes: ${requirement[scheme]?.join(", ")}.`],
  );
  const unpermitted = findings.flatMap(({ scheme, hasPermission }) => (hasPermission ? [] : [scheme]));
  if (unpermitted.length === 0) return details.join(" ");
  const [only = "", ...others] = Object.keys(requirement);
  const list = permissions.join(", ");
  const all = Object.keys(requirement).join(" and ");
  details.push(
    others.length === 0
      ? `${only} must hold one of these permissions: ${list}.`
      : `Each of ${all} must hold one of these permissions, not necessarily the same: ${list}. Without one: ${unpermitted.join(", ")}.`,
  );
  return details.join(" ");
}

function lackReasons({ findings }: Rejected): [scheme: string, code: string][] {
  return findings.flatMap(({ scheme, hasScopes, hasPermission }): [string, string][] => {
    if (!hasScopes) return [[logName(scheme), "scope-missing"]];
    return hasPermission ? [] : [[logName(scheme), "permission-missing"]];
  });
}

/** `ApplicationToken` is `applicationToken` in the log. */
function logName(scheme: string): string {
  return scheme.charAt(0).toLowerCase() + scheme.slice(1);
}

const REALM = 'realm="Nexus APIs"';

/** One challenge per kind of credentials (RFC 9110 section 11.6.1); API keys in a header have no registered scheme. */
export function challengesOf(
  alternatives: readonly SecurityRequirement[],
  securitySchemes: Contract["securitySchemes"],
): string[] {
  const found = alternatives.flatMap(Object.keys).flatMap((name) => {
    const scheme = securitySchemes[name];
    if (scheme?.type !== "http") return [];
    return [scheme.scheme === "basic" ? `Basic ${REALM}, charset="UTF-8"` : `Bearer ${REALM}`];
  });
  return [...new Set(found)];
}

import type { Operation, SecurityRequirement } from "../contract/operations.ts";
import type { Sent } from "../proof/cases.ts";
import { allOf, type Credential, type Credentials, unpermittedVariableOf } from "./credentials.ts";
import { expectRejection, isAccepted, receivedText } from "./expectations.ts";
import type { Subject } from "./subject.ts";

interface Refused {
  clause: string;
  because: string;
  /** Undefined if a variable is not set. */
  credentials: Credentials | undefined;
}

function acceptedClause(requirement: SecurityRequirement): string {
  return `security: ${Object.keys(requirement).join(" and ") || "no credentials"} accepted`;
}

/** Credentials that must not be sufficient: none, each alternative without one of its parts, and with a wrong part. */
export function refusedCredentials({ run, operation }: Subject): Refused[] {
  const alternatives = operation.security.map((requirement) => Object.keys(requirement));
  // Without credentials there is no permission.
  const usable = operation.permissions.length === 0 ? alternatives : alternatives.filter((one) => one.length > 0);
  const isEnough = (schemes: readonly string[]) => usable.some((one) => one.every((name) => schemes.includes(name)));
  if (alternatives.length === 0 || isEnough([])) return [];
  const parts = usable.flatMap((schemes) =>
    schemes.map((scheme) => ({ scheme, others: schemes.filter((other) => other !== scheme) })),
  );
  const refused = parts.flatMap(({ scheme, others }): Refused[] => {
    const right = allOf(Object.fromEntries(others.map((other) => [other, []])), run.wallet);
    const wrong: Refused = {
      clause: `security: wrong ${[scheme, ...others].join(" with right ")} rejected`,
      because: `has a wrong ${scheme}`,
      credentials: right && [...right, run.wallet.wrong(scheme)],
    };
    if (isEnough(others)) return [];
    if (others.length === 0) return [wrong];
    const clause = `security: ${others.join(" and ")} without ${scheme} rejected`;
    return [{ clause, because: `has no ${scheme}`, credentials: right }, wrong];
  });
  return [{ clause: "security: no credentials rejected", because: "has no credentials", credentials: [] }, ...refused];
}

export function declareSecurity(subject: Subject): void {
  const { run, operation, clauses } = subject;
  const reasonFor = (credentials: Credentials | undefined) =>
    credentials ? undefined : "its environment variables are not set";
  for (const requirement of operation.security)
    clauses.declare(acceptedClause(requirement), reasonFor(allOf(requirement, run.wallet)));
  for (const { clause, credentials } of refusedCredentials(subject)) clauses.declare(clause, reasonFor(credentials));
  for (const { scheme, clause, credentials } of unpermitted(subject))
    clauses.declare(clause, credentials ? undefined : `${unpermittedVariableOf(scheme)} is not set`);
}

/** Of each alternative with permissions or scopes: one part without them, and the others right. */
function unpermitted({ run, operation }: Subject) {
  return operation.security.flatMap((requirement) =>
    Object.keys(requirement)
      .filter((scheme) => needsPermission(operation, requirement, scheme))
      .map((scheme) => {
        const others = Object.keys(requirement).filter((other) => other !== scheme);
        const right = allOf(Object.fromEntries(others.map((other) => [other, []])), run.wallet);
        const own = run.wallet.unpermitted(scheme);
        const beside = others.length === 0 ? "" : `, with right ${others.join(" and ")},`;
        const clause = `security: ${scheme} without permission${beside} is 403`;
        return { scheme, clause, credentials: own && right && [...right, own] };
      }),
  );
}

function needsPermission({ permissions }: Operation, requirement: SecurityRequirement, scheme: string): boolean {
  return permissions.length > 0 || (requirement[scheme] ?? []).length > 0;
}

/** Credentials that are valid, and lack the permissions of the operation. */
export async function checkPermissions(subject: Subject, sent: Sent): Promise<void> {
  for (const { clause, credentials } of unpermitted(subject)) {
    const because = "has credentials without permission";
    if (credentials) await expectRejection(subject, { clause, because, sent, credentials, statuses: [403] });
  }
}

export async function checkRefused(subject: Subject, sent: Sent): Promise<void> {
  const { operation } = subject;
  // A server can limit the number of wrong secrets.
  const statuses = Object.hasOwn(operation.responses, 401) ? [401, 429] : [401, 403, 429];
  for (const { clause, because, credentials } of refusedCredentials(subject)) {
    if (credentials) await expectRejection(subject, { clause, because, sent, credentials, statuses });
  }
}

/** Each alternative whose variables are all set. */
export async function checkAccepted(subject: Subject, sent: Sent): Promise<void> {
  const { run, operation, clauses } = subject;
  for (const requirement of operation.security) {
    const credentials = allOf(requirement, run.wallet);
    const received = credentials && (await subject.send(sent, credentials));
    if (!received) continue;
    const clause = acceptedClause(requirement);
    if (isAccepted(operation, received.status)) clauses.pass(clause);
    else {
      const hint = [401, 403].includes(received.status) ? variablesHint(credentials) : "";
      subject.fail(clause, `must be accepted, but it is ${receivedText(received)}${hint}`, sent, credentials);
    }
  }
}

function variablesHint(credentials: readonly Credential[]): string {
  const names = credentials.flatMap(({ curl }) => curl.match(/NEXUS_SYNC_AUTH_\w+/g) ?? []);
  return names.length === 0 ? "" : ` (check ${names.join(" and ")})`;
}

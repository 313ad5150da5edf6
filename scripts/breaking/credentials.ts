import type { ContractDocument, OperationObject } from "../../server/contract/document.ts";

/** Credentials that are sufficient together: the scopes by kind of credential. */
type Alternative = ReadonlyMap<string, readonly string[]>;

type SecurityScheme = ContractDocument["components"]["securitySchemes"][string];

/** The alternatives of an operation. Names of schemes do not matter to callers, so the kinds of credentials replace them. */
export function alternativesOf({ components }: ContractDocument, security: OperationObject["security"]): Alternative[] {
  const schemes = components?.securitySchemes ?? {};
  const requirements = security?.length ? security : [{}];
  return requirements.map((requirement) => {
    const alternative = new Map<string, string[]>();
    for (const [name, scopes] of Object.entries(requirement)) {
      const kind = kindOf(schemes[name]) ?? name;
      alternative.set(kind, [...(alternative.get(kind) ?? []), ...scopes].toSorted());
    }
    return alternative;
  });
}

/** OAuth 2 and OpenID Connect send bearer tokens. */
function kindOf(scheme: SecurityScheme | undefined): string | undefined {
  if (scheme?.type === "apiKey") return `${scheme.in} ${scheme.name?.toLowerCase()}`;
  if (scheme?.type === "http") return scheme.scheme?.toLowerCase();
  return scheme?.type === "oauth2" || scheme?.type === "openIdConnect" ? "bearer" : scheme?.type;
}

export function alternativeText(alternative: Alternative): string {
  const kinds = Array.from(alternative, ([kind, scopes]) => {
    return scopes.length > 0 ? `${kind} (${scopes.join(", ")})` : kind;
  });
  return kinds.toSorted().join(" + ") || "none";
}

/** Whether a request with the credentials `given` satisfies `required`. */
export function isSufficient(given: Alternative, required: Alternative): boolean {
  return Array.from(required).every(([kind, scopes]) => {
    const held = given.get(kind);
    return held !== undefined && scopes.every((scope) => held.includes(scope));
  });
}

import type { SecurityRequirement } from "../contract/operations.ts";

/** Codes for the log, by scheme. */
export type Reasons = readonly (readonly [scheme: string, code: string])[];

/** What accepted credentials do not permit. */
export interface Lack {
  /** For the problem detail. */
  detail: string;
  reasons: Reasons;
}

/**
 * Undefined if the credentials of each scheme hold all scopes of the requirement, and one of the required permissions.
 * `callers` are in the order of the schemes.
 */
export function lackOf(
  requirement: SecurityRequirement,
  permissions: readonly string[],
  callers: readonly { permissions: readonly string[] }[],
): Lack | undefined {
  const held = Object.keys(requirement).map((scheme, index) => [scheme, callers[index]?.permissions ?? []] as const);
  const unscoped = held.filter(([scheme, all]) => requirement[scheme]?.some((scope) => !all.includes(scope)));
  const unpermitted = held.filter(([, all]) => permissions.length > 0 && !permissions.some((one) => all.includes(one)));
  if (unscoped.length === 0 && unpermitted.length === 0) return undefined;
  const details = unscoped.map(([scheme]) => `${scheme} must hold all of these scopes: ${list(requirement[scheme])}.`);
  if (unpermitted.length > 0) details.push(permissionText(Object.keys(requirement), permissions, unpermitted));
  const reasons = [
    ...unpermitted.map(([scheme]) => [scheme, "permission-missing"] as const),
    ...unscoped.map(([scheme]) => [scheme, "scope-missing"] as const),
  ];
  return { detail: details.join(" "), reasons };
}

function permissionText(
  schemes: readonly string[],
  permissions: readonly string[],
  lacking: readonly (readonly [scheme: string, held: readonly string[]])[],
): string {
  const [only = "", ...others] = schemes;
  if (others.length === 0) return `${only} must hold one of these permissions: ${list(permissions)}.`;
  const rule = `Each of ${schemes.join(" and ")} must hold one of these permissions, not necessarily the same`;
  return `${rule}: ${list(permissions)}. Without one: ${list(lacking.map(([scheme]) => scheme))}.`;
}

function list(names: readonly string[] = []): string {
  return names.join(", ");
}

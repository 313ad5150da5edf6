import { NexusError } from "../nexus-error.ts";

type Claims = Readonly<Record<string, unknown>>;

/**
 * Entra ID sends a link instead of more than 150 or 200 groups:
 * https://learn.microsoft.com/entra/identity-platform/reference-saml-tokens
 */
const GROUPS_LINK = /^groups:src|\/claims\/groups\.link$/;

/**
 * The groups of a sign-in: the option if it is given, otherwise the claim `groups` of the connection. Absent or null means
 * no groups. A string is one group, because Auth0 makes it of a SAML attribute with one value.
 * @throws NexusError `config` if the claims say that the groups are elsewhere, or the groups can't be read. Treating them
 * as no groups would remove all roles.
 */
export function groupsOf(claims: Claims, option: unknown): readonly string[] {
  if (option !== undefined && option !== null) return readGroups(option, "The option 'groups'");
  if (!isObject(claims)) throw unknownGroups("The claims of the connection are not an object.");
  const link = linkIn(claims);
  if (link) throw unknownGroups(`The claim '${link}' says that the groups are elsewhere.`);
  return readGroups(claims.groups, "The claim 'groups'");
}

/** The claim that refers to groups at another place. `_claim_names` may list other claims only (OpenID Connect 5.6.2). */
function linkIn(claims: Claims): string | undefined {
  const { _claim_names: names, _claim_sources: sources, hasgroups } = claims;
  if (isSet(names) && (!isObject(names) || isSet(names.groups))) return "_claim_names";
  if (!isSet(names) && isSet(sources)) return "_claim_sources";
  if (isSet(hasgroups) && String(hasgroups) !== "false") return "hasgroups";
  return Object.keys(claims).find((name) => GROUPS_LINK.test(name) && isSet(claims[name]));
}

function readGroups(value: unknown, name: string): readonly string[] {
  const list: unknown = typeof value === "string" ? [value] : (value ?? []);
  if (Array.isArray(list) && list.every((group) => typeof group === "string" && !isJsonText(group))) return list;
  throw unknownGroups(`${name} is not a list of strings.`);
}

function isJsonText(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // A name such as "[EU] Admins".
    return false;
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isObject(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The remedy is the same for all. The message contains no value. */
function unknownGroups(reason: string): NexusError {
  return new NexusError("config", `${reason} Pass the user's groups as the option 'groups' of signInOf.`);
}

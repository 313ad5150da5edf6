import { type ContractDocument, type OperationObject, operationsOf } from "../../server/contract/document.ts";
import type { Impact, WireChange } from "./change.ts";
import { alternativesOf, alternativeText, isSufficient } from "./credentials.ts";

interface Finding {
  wire: Impact;
  rule: string;
  message: string;
  from: unknown;
  to: unknown;
}

/** An operation and its document. */
interface Side {
  document: ContractDocument;
  path: string;
  method: string;
  operation: OperationObject;
}

const PERMISSIONS = "x-required-permissions";
const UNKNOWN_QUERY = "x-allow-unknown-query";
const RULES: Readonly<Record<string, (old: Side, fresh: Side) => Finding | undefined>> = {
  [PERMISSIONS]: comparePermissions,
  security: compareSecurity,
  [UNKNOWN_QUERY]: compareUnknownQuery,
};

/** Whether a change that the differ reports is judged by the rules of this file instead. */
export function isJudgedHere({ use: [root, , , member], keyword }: WireChange): boolean {
  return root === "paths" && Object.hasOwn(RULES, member ?? keyword ?? "");
}

/** The changes of members that the differ does not understand: permissions, credentials and undeclared query parameters. */
export function operationChanges(base: ContractDocument, revision: ContractDocument): WireChange[] {
  const revised = sidesOf(revision);
  return Array.from(sidesOf(base)).flatMap(([key, old]) => {
    const fresh = revised.get(key);
    return Object.entries(RULES).flatMap(([member, compare]) => {
      const found = fresh && compare(old, fresh);
      if (!found) return [];
      const pointerIn = ({ path, method }: Side) => ["paths", path, method, member];
      const [subject, place] = [pointerIn(old), pointerIn(fresh)];
      const operation = `${fresh.method.toUpperCase()} ${fresh.path}`;
      const flags = { isAdded: false, isRemoved: false, breaksSource: false };
      return [{ ...found, ...flags, operation, subject, place, use: place, keyword: member }];
    });
  });
}

/** The operations by method and path. Names of path parameters are not part of a request. */
function sidesOf(document: ContractDocument): Map<string, Side> {
  const sides = operationsOf(document).map(({ path, method, operation }) => {
    const key = `${method} ${path.replaceAll(/\{[^}]*\}/g, "{}")}`;
    return [key, { document, path, method, operation }] as const;
  });
  return new Map(sides);
}

/** One of the permissions is sufficient; without the list none is required. */
function comparePermissions(old: Side, fresh: Side): Finding | undefined {
  const [from, to] = [old, fresh].map(({ operation }) => operation[PERMISSIONS]?.toSorted() ?? []) as [
    string[],
    string[],
  ];
  const lost = from.filter((name) => !to.includes(name));
  const gained = to.filter((name) => !from.includes(name));
  const change = { rule: "permissions-changed", from, to };
  if (to.length > 0 && from.length === 0) {
    return { ...change, wire: "major", message: `One of these permissions became required: ${quoted(to)}.` };
  }
  if (to.length > 0 && lost.length > 0) {
    return { ...change, wire: "major", message: `No longer sufficient as a permission: ${quoted(lost)}.` };
  }
  if (lost.length > 0) return { ...change, wire: "minor", message: "No permission is required any longer." };
  if (gained.length === 0) return undefined;
  return { ...change, wire: "minor", message: `Also sufficient as a permission: ${quoted(gained)}.` };
}

/** A request that had sufficient credentials must still have sufficient credentials. */
function compareSecurity(old: Side, fresh: Side): Finding | undefined {
  const [before, after] = [old, fresh].map(({ document, operation }) => alternativesOf(document, operation.security));
  if (!before || !after) return undefined;
  const rejected = before.filter((given) => !after.some((required) => isSufficient(given, required)));
  const added = after.filter((given) => !before.some((required) => isSufficient(given, required)));
  const [from, to] = [before, after].map((alternatives) => alternatives.map(alternativeText).toSorted());
  const change = { rule: "security-requirement-changed", from, to };
  const listed = (alternatives: typeof before) => quoted(alternatives.map(alternativeText));
  if (rejected.length > 0) {
    return { ...change, wire: "major", message: `No longer sufficient as credentials: ${listed(rejected)}.` };
  }
  if (added.length === 0) return undefined;
  return { ...change, wire: "minor", message: `Also sufficient as credentials: ${listed(added)}.` };
}

function compareUnknownQuery(old: Side, fresh: Side): Finding | undefined {
  const [from, to] = [old, fresh].map(({ operation }) => Object(operation)[UNKNOWN_QUERY] === true);
  if (from === to) return undefined;
  const message = to
    ? "Undeclared query parameters are ignored."
    : "Undeclared query parameters are rejected with 400.";
  return { wire: to ? "minor" : "major", rule: "unknown-query-changed", message, from, to };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}

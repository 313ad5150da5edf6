import { nearest } from "../../../server/nearest.ts";
import type { Finding } from "../diagnostic.ts";
import type { Node, Nodes } from "./nodes.ts";

/** This project's own extensions, all of them members of an operation. */
const OWN = ["x-required-permissions", "x-allow-unknown-query", "x-idempotent"];
const RULE = "extension";

/** The objects that extensions can be members of. The keys of other objects can be names. */
const OBJECTS = [
  ...["Root", "Info", "Tag", "Components", "Schema"],
  ...["Paths", "PathItem", "Operation", "Parameter", "RequestBody", "MediaType", "Responses", "Response"],
];

/**
 * A misspelt extension of our own, or one in another place than an operation, would be ignored: the operation would need no
 * permission.
 */
export function checkExtensions(nodes: Nodes): Finding[] {
  return OBJECTS.flatMap((type) => (nodes.get(type) ?? []).flatMap((node) => checkNames(node, type === "Operation")));
}

function checkNames({ value, pointer }: Node, isOperation: boolean): Finding[] {
  return Object.keys(value).flatMap((key): Finding[] => {
    if (!key.toLowerCase().startsWith("x-")) return [];
    const own = OWN.includes(key) ? key : nearest(key, OWN);
    if (own === undefined || (own === key && isOperation)) return [];
    const message =
      own === key
        ? `'${key}' has no effect here. Write it in each operation.`
        : `'${key}' is probably misspelt. Write '${own}'.`;
    return [{ pointer: [...pointer, key], at: "key", rule: RULE, message }];
  });
}

/** The other extensions must be booleans. */
export function checkSwitches({ value, pointer }: Node): Finding[] {
  return ["x-allow-unknown-query", "x-idempotent"].flatMap((name) => {
    if (["undefined", "boolean"].includes(typeof value[name])) return [];
    return [{ pointer: [...pointer, name], rule: RULE, message: `'${name}' must be true or false.` }];
  });
}

import ts from "typescript";
import type { ContractDocument } from "../../../server/contract/document.ts";

/** The place of a component, or of an alternative. */
const IN_PLACE = /^#\/components\/schemas\/([^/]+)(?:\/(?:anyOf|oneOf|allOf)\/\d+)*$/;

/**
 * Arrays that contain themselves have a type of their own: TypeScript resolves the members of an interface at once, but type
 * aliases of arrays only when they are used. No schema's name has a `$`.
 */
export function recursiveItems({ components }: ContractDocument) {
  const recursive = recursiveComponents(components?.schemas ?? {});
  const aliases: ts.TypeAliasDeclaration[] = [];
  const postTransform = (type: ts.TypeNode, { path = "" }: { path?: string }): ts.TypeNode => {
    const isArray = ts.isArrayTypeNode(type) || ts.isTupleTypeNode(type);
    const [, component = ""] = IN_PLACE.exec(path) ?? [];
    if (!isArray || !recursive.includes(component)) return type;
    const name = `$Items${aliases.length + 1}`;
    aliases.push(ts.factory.createTypeAliasDeclaration(undefined, name, undefined, type));
    return ts.factory.createTypeReferenceNode(name);
  };
  return { postTransform, aliases };
}

/** Names of the schemas that refer to themselves, also through others. */
function recursiveComponents(schemas: Readonly<Record<string, unknown>>): string[] {
  const targetsOf = (name: string) =>
    Array.from(
      (JSON.stringify(schemas[name]) ?? "").matchAll(/"#\/components\/schemas\/([^"/]+)"/g),
      ([, target = ""]) => target,
    );
  const targets = new Map(Object.keys(schemas).map((name) => [name, targetsOf(name)]));
  return [...targets.keys()].filter((name) => {
    const reached = new Set(targets.get(name));
    // A set iterates over the values that are added meanwhile.
    for (const next of reached) for (const target of targets.get(next) ?? []) reached.add(target);
    return reached.has(name);
  });
}

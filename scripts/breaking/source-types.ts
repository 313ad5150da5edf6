import type ts from "typescript";
import {
  type ContractDocument,
  type ParameterObject,
  referencePointer,
  resolve,
  valueAt,
} from "../../server/contract/document.ts";
import { programOf, sourceFileOf } from "../generate/compile.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import { renderTypes } from "../generate/render-types.ts";

/** The TypeScript of a part of a contract: its type and, except for array items, its property. */
export interface TypedPart {
  type: ts.Type;
  property?: ts.Symbol;
}

/**
 * The types of two contracts in one program, so that the compiler can compare them. `old` and `fresh` resolve a path from
 * `memberPath`; undefined if the types have no such member.
 */
export async function compareTypes(base: ContractDocument, revision: ContractDocument) {
  const sources = { "old.ts": await renderTypes(base), "fresh.ts": await renderTypes(revision) };
  const program = programOf(new Map(Object.entries(sources)));
  const checker = program.getTypeChecker();
  const partIn = (file: keyof typeof sources) => {
    const module = checker.getSymbolAtLocation(sourceFileOf(program, file));
    const exported = module ? checker.getExportsOfModule(module) : [];
    return ([first, ...names]: readonly string[]): TypedPart | undefined => {
      const root = exported.find(({ name }) => name === first);
      const start: TypedPart | undefined = root && { type: checker.getDeclaredTypeOfSymbol(root) };
      return names.reduce((part, name) => part && memberOf(checker, part.type.getNonNullableType(), name), start);
    };
  };
  return { checker, old: partIn("old.ts"), fresh: partIn("fresh.ts") };
}

/** Element of a member path for an array item. */
const ITEM = "[]";

function memberOf(checker: ts.TypeChecker, type: ts.Type, name: string): TypedPart | undefined {
  if (name === ITEM) {
    // An array type is a reference with one argument.
    const item = checker.isArrayType(type) && checker.getTypeArguments(type as ts.TypeReference)[0];
    return item ? { type: item } : undefined;
  }
  const property = checker.getPropertyOfType(type, name);
  return property && { type: checker.getTypeOfSymbol(property), property };
}

/** The members of openapi-typescript's `paths` and `components` that lead to a part of the document, without schema keywords. */
export function memberPath(document: ContractDocument, pointer: Pointer): string[] {
  const path = pointer.map(String);
  const isSchema = path[1] === "schemas";
  const at = isSchema ? 3 : path.indexOf("schema");
  const outer = at < 0 ? path : path.slice(0, at);
  return [...withParameterNames(document, outer), ...(at < 0 ? [] : inSchema(path.slice(isSchema ? at : at + 1)))];
}

function inSchema([keyword, ...rest]: readonly string[]): string[] {
  if (keyword === "items") return [ITEM, ...inSchema(rest)];
  // The type has the properties of all its parts.
  if (keyword === "$ref") return inSchema(rest);
  if (keyword === "allOf") return inSchema(rest.slice(1));
  const [name, ...inner] = rest;
  return keyword === "properties" && name !== undefined ? [name, ...inSchema(inner)] : [];
}

/** `…/parameters/0` → `…/parameters/path/userId` */
function withParameterNames(document: ContractDocument, path: string[]): string[] {
  const at = path.indexOf("parameters") + 1;
  const isInParameter = at > 0 && at < path.length && path[0] === "paths";
  const parameter = isInParameter ? valueAt(document, path.slice(0, at + 1)) : undefined;
  if (typeof parameter !== "object" || parameter === null) return path;
  const { in: kind, name } = resolve<ParameterObject>(document, parameter as ParameterObject);
  return [...path.slice(0, at), kind, name];
}

/** The references in a value of the document, followed recursively. */
export function referencesIn(document: ContractDocument, value: unknown, found = new Set<string>()): Set<string> {
  for (const [key, inner] of Object.entries(Object(value))) {
    if (typeof inner === "object") referencesIn(document, inner, found);
    if (key !== "$ref" || typeof inner !== "string" || found.has(inner)) continue;
    referencesIn(document, valueAt(document, referencePointer(inner)), found.add(inner));
  }
  return found;
}

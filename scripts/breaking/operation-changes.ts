import type ts from "typescript";
import {
  type ContractDocument,
  operationsOf,
  referencePointer,
  type Schema,
  valueAt,
} from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import type { Change } from "./change.ts";
import { type Misfit, misfits, type TypePair } from "./type-misfits.ts";

type FoundOperation = ReturnType<typeof operationsOf>[number];

/** A contract with its exported types by name. */
export interface Side {
  document: ContractDocument;
  types: ReadonlyMap<string, ts.Type>;
}

export interface Comparison {
  old: Side;
  fresh: Side;
  checker: ts.TypeChecker;
}

/** Breaking changes in the types of one operation; none for a removed operation, which is reported by its name. */
export function operationChanges(found: FoundOperation, { old, fresh, checker }: Comparison): Change[] {
  const { operationId } = found.operation;
  const now = operationsOf(fresh.document).find(({ operation }) => operation.operationId === operationId);
  if (!now) return [];
  const pairOf = (part: string, flow: TypePair["flow"]): TypePair => {
    const name = `${operationId}${part}`;
    return { old: typeNamed(old, name), fresh: typeNamed(fresh, name), flow };
  };
  const inBody = (rule: string, pair: TypePair, place: Pointer) =>
    misfits(checker, pair).map(({ path, message }) => {
      const before = schemaPointer(old.document, [...found.pointer, ...place], path);
      return broken(found, { rule, message }, before, schemaPointer(fresh.document, [...now.pointer, ...place], path));
    });
  const responses = pairOf("Response", "response");
  const freshBodies = bodiesByStatus(checker, responses.fresh);
  return [
    ...inBody("request-narrowed", pairOf("Request", "request"), ["requestBody"]),
    ...pathMisfits(checker, pairOf("Path", "request")).map(({ path: [name], message }) => {
      const finding = { rule: "path-parameter-changed", message };
      return broken(found, finding, parameterPointer(found, name), parameterPointer(now, name));
    }),
    ...Array.from(bodiesByStatus(checker, responses.old)).flatMap(([status, body]) => {
      const freshBody = freshBodies.get(status);
      const place = ["responses", status];
      if (freshBody) return inBody("response-changed", { old: body, fresh: freshBody, flow: "response" }, place);
      const finding = { rule: "response-gone", message: `The response ${status} is no longer declared.` };
      return [broken(found, finding, [...found.pointer, ...place])];
    }),
  ];
}

type RuleAndMessage = Pick<Change, "rule" | "message">;

/** A change that breaks source code only, at its pointers in the old and the new contract. */
function broken(found: FoundOperation, finding: RuleAndMessage, before?: Pointer, after?: Pointer): Change {
  const subject = before ?? after ?? found.pointer;
  return {
    ...finding,
    operation: `${found.method.toUpperCase()} ${found.path}`,
    subject,
    place: after ?? subject,
    isRemoved: !after,
    wire: "patch",
    breaksSource: true,
  };
}

function typeNamed({ types }: Side, name: string): ts.Type {
  const type = types.get(name);
  if (!type) throw new Error(`operations.ts exports no type '${name}'.`);
  return type;
}

/** A renamed parameter is one change, not a removed and a required one. */
function pathMisfits(checker: ts.TypeChecker, pair: TypePair): Misfit[] {
  const found = misfits(checker, pair);
  const removed = found.filter(({ path: [name = ""] }) => checker.getPropertyOfType(pair.old, name));
  return removed.length > 0 ? removed : found;
}

function parameterPointer({ operation, pointer }: FoundOperation, name: string | undefined): Pointer | undefined {
  const index = (operation.parameters ?? []).findIndex((parameter) => "name" in parameter && parameter.name === name);
  return index < 0 ? undefined : [...pointer, "parameters", String(index), "name"];
}

/** By status. A new status breaks no code: a caller that distinguishes statuses has no branch for it. */
function bodiesByStatus(checker: ts.TypeChecker, response: ts.Type): Map<string, ts.Type> {
  const typeOf = (member: ts.Type, name: string) => {
    const property = checker.getPropertyOfType(member, name);
    return property ? checker.getTypeOfSymbol(property) : checker.getAnyType();
  };
  const members = response.isUnion() ? response.types : [response];
  return new Map(members.map((member) => [checker.typeToString(typeOf(member, "status")), typeOf(member, "body")]));
}

/** Pointer of the property at `path` in the body of the request or response at `start`; undefined if there is none. */
function schemaPointer(document: ContractDocument, start: Pointer, path: readonly string[]): Pointer | undefined {
  const body = followed(document, start);
  const [mediaType] = Object.keys(Object(valueAt(document, [...body, "content"])));
  const root = mediaType === undefined ? body : schemaAt(document, [...body, "content", mediaType, "schema"]);
  return path.reduce<Pointer | undefined>((pointer, name) => {
    const property = pointer && [...withProperties(document, pointer), "properties", name];
    return property && valueAt(document, property) !== undefined ? property : undefined;
  }, root);
}

/** Follows references and array items to a schema with properties. */
function withProperties(document: ContractDocument, pointer: Pointer): Pointer {
  const schema = schemaAt(document, pointer);
  const isArray = Object.hasOwn(Object(valueAt(document, schema)), "items");
  return isArray ? withProperties(document, [...schema, "items"]) : schema;
}

/** Follows references, and the alternative to null in a `oneOf`. */
function schemaAt(document: ContractDocument, pointer: Pointer): Pointer {
  const schema = followed(document, pointer);
  const { oneOf } = Object(valueAt(document, schema)) as Schema;
  const index = Array.isArray(oneOf) ? oneOf.findIndex((choice: Schema) => choice.type !== "null") : -1;
  return index < 0 ? schema : schemaAt(document, [...schema, "oneOf", String(index)]);
}

function followed(document: ContractDocument, pointer: Pointer): Pointer {
  const { $ref } = Object(valueAt(document, pointer)) as Schema;
  return typeof $ref === "string" ? followed(document, referencePointer($ref)) : pointer;
}

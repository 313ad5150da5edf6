import type ts from "typescript";
import { type ContractDocument, operationsOf } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/parse.ts";
import type { Change } from "./change.ts";
import { type Misfit, misfits, type Pair } from "./misfits.ts";
import { schemaPointer } from "./schema-pointer.ts";

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

/** What became of one operation's types; nothing where the operation is gone, which is told elsewhere. */
export function operationChanges(found: FoundOperation, { old, fresh, checker }: Comparison): Change[] {
  const { operationId } = found.operation;
  const now = operationsOf(fresh.document).find(({ operation }) => operation.operationId === operationId);
  if (!now) return [];
  const operation = `${found.method.toUpperCase()} ${found.path}`;
  const pairOf = (part: string, flow: Pair["flow"]): Pair => {
    const [from, to] = [old, fresh].map((side) => side.types.get(`${operationId}${part}`) ?? checker.getAnyType());
    return { old: from as ts.Type, fresh: to as ts.Type, flow };
  };
  const broken = (rule: string, message: string, before?: Pointer, after?: Pointer): Change => {
    const subject = before ?? after ?? found.pointer;
    const place = after ?? subject;
    return { rule, message, operation, subject, place, isGone: !after, wire: "patch", breaksSource: true };
  };
  const inBody = (rule: string, pair: Pair, place: Pointer) =>
    misfits(checker, pair).map(({ path, message }) => {
      const before = schemaPointer(old.document, [...found.pointer, ...place], path);
      return broken(rule, message, before, schemaPointer(fresh.document, [...now.pointer, ...place], path));
    });
  const answers = pairOf("Answer", "answer");
  const freshBodies = bodiesByStatus(checker, answers.fresh);
  return [
    ...inBody("request-narrowed", pairOf("Request", "request"), ["requestBody"]),
    ...pathMisfits(checker, pairOf("Path", "request")).map(({ path: [name], message }) =>
      broken("path-parameter-changed", message, parameterPointer(found, name), parameterPointer(now, name)),
    ),
    ...Array.from(bodiesByStatus(checker, answers.old)).flatMap(([status, body]) => {
      const freshBody = freshBodies.get(status);
      const place = ["responses", status];
      if (freshBody) return inBody("answer-changed", { old: body, fresh: freshBody, flow: "answer" }, place);
      return [broken("answer-gone", `The answer ${status} is no longer declared.`, [...found.pointer, ...place])];
    }),
  ];
}

/** A parameter with another name is one change, not one lost and one demanded. */
function pathMisfits(checker: ts.TypeChecker, pair: Pair): Misfit[] {
  const found = misfits(checker, pair);
  const lost = found.filter(({ path: [name = ""] }) => checker.getPropertyOfType(pair.old, name));
  return lost.length > 0 ? lost : found;
}

function parameterPointer({ operation, pointer }: FoundOperation, name: string | undefined): Pointer | undefined {
  const index = (operation.parameters ?? []).findIndex((parameter) => "name" in parameter && parameter.name === name);
  return index < 0 ? undefined : [...pointer, "parameters", String(index), "name"];
}

/** A status that is new breaks nobody: whoever reads answers by their status does not meet it. */
function bodiesByStatus(checker: ts.TypeChecker, answer: ts.Type): Map<string, ts.Type> {
  const members = answer.isUnion() ? answer.types : [answer];
  return new Map(
    members.map((member) => {
      const [status, body] = ["status", "body"].map((name) => {
        const property = checker.getPropertyOfType(member, name);
        return property ? checker.getTypeOfSymbol(property) : checker.getAnyType();
      });
      return [checker.typeToString(status as ts.Type), body as ts.Type];
    }),
  );
}

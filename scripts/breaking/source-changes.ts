import type ts from "typescript";
import { type ContractDocument, operationsOf } from "../../server/contract/document.ts";
import { programOf, sourceFileOf } from "../generate/compile.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import { renderOperations, renderTypes } from "../generate/render-types.ts";
import { nearest } from "../shared/nearest.ts";
import type { Change } from "./change.ts";
import { operationChanges, type Side } from "./operation-changes.ts";

/**
 * Changes that break TypeScript written for the old types: an old request that no longer fits, a new response that the old
 * types do not describe, a removed name.
 */
export async function sourceChanges(base: ContractDocument, revision: ContractDocument): Promise<Change[]> {
  const program = programOf(new Map([...(await sourcesOf("old", base)), ...(await sourcesOf("new", revision))]));
  const old = { document: base, types: exportedTypes(program, "old") };
  const fresh = { document: revision, types: exportedTypes(program, "new") };
  const comparison = { old, fresh, checker: program.getTypeChecker() };
  return [...removedNames(old, fresh), ...operationsOf(base).flatMap((found) => operationChanges(found, comparison))];
}

async function sourcesOf(side: string, document: ContractDocument): Promise<[string, string][]> {
  return [
    [`${side}/operations.ts`, renderOperations(document)],
    [`${side}/types.ts`, await renderTypes(document)],
  ];
}

function exportedTypes(program: ts.Program, side: string): Map<string, ts.Type> {
  const checker = program.getTypeChecker();
  const exported = ["types", "operations"].flatMap((file) => {
    const symbol = checker.getSymbolAtLocation(sourceFileOf(program, `${side}/${file}.ts`));
    return symbol ? checker.getExportsOfModule(symbol) : [];
  });
  return new Map(exported.map((symbol) => [symbol.name, checker.getDeclaredTypeOfSymbol(symbol)]));
}

function removedNames({ document }: Side, fresh: Side): Change[] {
  const names = Object.keys(document.components.schemas);
  const freshNames = Object.keys(fresh.document.components.schemas);
  const added = freshNames.filter((name) => !names.includes(name));
  const types = names.filter((name) => !freshNames.includes(name));
  const ids = new Set(operationsOf(fresh.document).map(({ operation }) => operation.operationId));
  const operations = operationsOf(document).filter(({ operation }) => !ids.has(operation.operationId));
  return [
    ...types.map((name) => {
      const near = nearest(name, added);
      const renamed = near === undefined ? "" : ` It may have been renamed to '${near}'.`;
      const message = `The type '${name}' is no longer exported.${renamed}`;
      return removed("type-gone", message, ["components", "schemas", name]);
    }),
    ...operations.map(({ operation: { operationId }, pointer }) => {
      const message = `The operation '${operationId}' and its types are no longer exported.`;
      return removed("operation-gone", message, [...pointer, "operationId"]);
    }),
  ];
}

function removed(rule: string, message: string, subject: Pointer): Change {
  return { rule, message, subject, place: subject, isRemoved: true, wire: "patch", breaksSource: true };
}

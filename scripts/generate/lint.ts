import { nearest } from "../../client/backfill/nearest.ts";
import { type ContractDocument, type OperationObject, operationsOf } from "../../server/contract/document.ts";
import type { Diagnostic, Finding, Pointer } from "./diagnostic.ts";
import { redoclyFindings } from "./lint-redocly.ts";
import { checkExamples, checkKeywords, checkSchemas } from "./lint-schemas.ts";
import type { ParsedContract } from "./parse.ts";

/**
 * All problems of a contract in line order. Schemas are compiled only if the structure is valid, and examples are
 * validated only if the schemas compile: an earlier problem would be reported again, less precisely.
 */
export async function lint(contract: ParsedContract): Promise<Diagnostic[]> {
  const { document } = contract;
  const steps = [
    () => checkVersion(document),
    async () => [...(await redoclyFindings(contract)), ...checkOperations(document), ...checkKeywords(document)],
    () => checkSchemas(document),
    () => checkExamples(document),
  ];
  for (const step of steps) {
    const findings = await step();
    if (findings.length > 0) return inLineOrder(findings, contract);
  }
  return [];
}

function inLineOrder(findings: Finding[], { locate }: ParsedContract): Diagnostic[] {
  return findings
    .map(({ pointer, at, rule, message }) => ({ ...locate(pointer, at), rule, message }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

function checkVersion({ openapi, paths, components }: ContractDocument): Finding[] {
  const rule = "openapi-3-1";
  if (!/^3\.1\.\d+$/.test(String(openapi))) {
    const found = openapi === undefined ? "; the member 'openapi' is missing" : `, not '${openapi}'`;
    return [{ pointer: ["openapi"], rule, message: `The contract must be OpenAPI 3.1${found}.` }];
  }
  if (!paths) return [{ pointer: [], rule, message: "The contract has no 'paths'." }];
  return components?.schemas ? [] : [{ pointer: [], rule, message: "The contract has no 'components.schemas'." }];
}

/** Every operation needs an id that is a TypeScript identifier, and a security requirement. */
function checkOperations(document: ContractDocument): Finding[] {
  const operations = operationsOf(document);
  if (operations.length === 0) {
    return [{ pointer: ["paths"], rule: "operations", message: "'paths' contains no operation." }];
  }
  return operations.flatMap(({ operation, pointer }) => [
    ...checkOperationId(operation, pointer),
    ...(operation.security?.length
      ? []
      : [atKey(pointer, "security-defined", "The operation has no security requirement.")]),
  ]);
}

function checkOperationId(operation: OperationObject, pointer: Pointer): Finding[] {
  const rule = "operation-operationId";
  const { operationId } = operation;
  if (operationId === undefined) {
    const misspelt = Object.entries(operation).find(([key]) => nearest(key, ["operationId"]));
    if (!misspelt) return [atKey(pointer, rule, "The operation has no operationId.")];
    const [key, id] = misspelt;
    return [atKey([...pointer, key], rule, `'${key}' is misspelt, so ${id} would not be generated.`)];
  }
  if (/^[A-Za-z_]\w*$/.test(operationId)) return [];
  const message = `'${operationId}' is not a TypeScript identifier: use letters, digits and _.`;
  return [{ pointer: [...pointer, "operationId"], rule, message }];
}

function atKey(pointer: Pointer, rule: string, message: string): Finding {
  return { pointer, at: "key", rule, message };
}

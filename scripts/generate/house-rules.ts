import type { Ajv2020 } from "ajv/dist/2020.js";
import {
  type ContractDocument,
  type OperationObject,
  operationsOf,
  referencePointer,
  type Schema,
  valueAt,
} from "../../server/contract/document.ts";
import { didYouMean, nearest } from "../shared/nearest.ts";
import { contractAjv, schemaReference } from "./contract-ajv.ts";
import type { Finding } from "./lint.ts";
import type { Pointer } from "./parse.ts";

/** Each operation has an id that TypeScript can use as a name, and says who may call it. */
export function checkOperations(document: ContractDocument): Finding[] {
  const operations = operationsOf(document);
  if (operations.length === 0) {
    return [{ pointer: ["paths"], rule: "operations", message: "There is no operation in 'paths'." }];
  }
  return operations.flatMap(({ operation, pointer }) => [
    ...idFindings(operation, pointer),
    ...(operation.security?.length
      ? []
      : [finding(pointer, "security-defined", "The operation names no security requirement.")]),
  ]);
}

function idFindings(operation: OperationObject, pointer: Pointer): Finding[] {
  const rule = "operation-operationId";
  const { operationId } = operation;
  if (operationId === undefined) {
    const slip = Object.entries(operation).find(([key]) => nearest(key, ["operationId"]));
    if (!slip) return [finding(pointer, rule, "The operation has no operationId.")];
    return [finding([...pointer, slip[0]], rule, `Without an operationId, ${slip[1]} would vanish.`)];
  }
  if (/^[A-Za-z_]\w*$/.test(operationId)) return [];
  const message = `'${operationId}' can't be a name in TypeScript: use letters, digits and _.`;
  return [{ pointer: [...pointer, "operationId"], rule, message }];
}

function finding(pointer: Pointer, rule: string, message: string): Finding {
  return { pointer, at: "key", rule, message };
}

/** Every pattern is a regular expression, and every format one that is checked. */
export function checkKeywords({ paths, components }: ContractDocument): Finding[] {
  const formats = Object.keys(contractAjv(components.schemas).formats);
  // Examples are values: a key in them is nobody's keyword.
  const { examples: _, ...described } = components;
  return [...keywordFindings(paths, ["paths"], formats), ...keywordFindings(described, ["components"], formats)];
}

/** Every schema compiles under Ajv's strict mode; a fault is reported where it is, not in all that refer to it. */
export function checkSchemas({ components: { schemas } }: ContractDocument): Finding[] {
  const ajv = contractAjv(schemas);
  return Object.entries(schemas).flatMap(([name, schema]) => {
    const error = compileError(ajv, name);
    if (error === undefined) return [];
    const [, location] = /contract\.json#(\/[^"]*)?"/.exec(error) ?? [];
    const inside = location === undefined ? [] : referencePointer(`#${location}`);
    if (valueAt(schema, inside) === undefined) return [];
    const message = `Ajv can't compile it: ${error.replace(/ at "contract\.json[^"]*"/, "")}.`;
    return [finding(["components", "schemas", name, ...inside], "schema-compiles", message)];
  });
}

function compileError(ajv: Ajv2020, name: string): string | undefined {
  try {
    ajv.getSchema(schemaReference(name));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function keywordFindings(schema: Schema, pointer: Pointer, formats: string[]): Finding[] {
  return Object.entries(schema).flatMap(([key, value]): Finding[] => {
    const place = [...pointer, key];
    // Below "properties" a key is somebody's name, not a keyword.
    const isName = pointer.at(-1) === "properties" || pointer.at(-1) === "schemas";
    if (!isName && key === "format" && typeof value === "string" && !formats.includes(value)) {
      const message = `There is no format '${value}'.${didYouMean(nearest(value, formats))}`;
      return [{ pointer: place, rule: "schema-format", message }];
    }
    if (!isName && key === "pattern" && typeof value === "string") return patternFindings(value, place);
    return value !== null && typeof value === "object" ? keywordFindings(value as Schema, place, formats) : [];
  });
}

function patternFindings(pattern: string, pointer: Pointer): Finding[] {
  try {
    new RegExp(pattern, "u");
    return [];
  } catch (error) {
    return [{ pointer, rule: "schema-pattern", message: `${(error as Error).message}.` }];
  }
}

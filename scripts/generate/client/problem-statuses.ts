import type { ContractDocument } from "../../../server/contract/document.ts";
import { readOperations } from "../../../server/contract/operations.ts";
import { statusesOf } from "../types/response-types.ts";
import { isJson, isObject } from "./methods.ts";

/** Error statuses for which each operation that declares them has a JSON object, and nothing else. */
export function problemStatuses(document: ContractDocument): number[] {
  const isByStatus = new Map<number, boolean>();
  for (const { responses } of readOperations(document)) {
    const keys = Object.keys(responses);
    for (const [key, { mediaTypes, schemas }] of Object.entries(responses)) {
      const isProblem =
        mediaTypes.length > 0 && mediaTypes.every((type) => isJson(type) && isObject(document, schemas[type] ?? {}));
      for (const status of statusesOf(key, keys)) isByStatus.set(status, isProblem && (isByStatus.get(status) ?? true));
    }
  }
  return [...isByStatus].flatMap(([status, isProblem]) => (status >= 400 && isProblem ? [status] : []));
}

import { type ContractDocument, operationsOf, valueAt } from "../../../server/contract/document.ts";
import { camelCase } from "../client/names.ts";
import type { Finding, Pointer } from "../diagnostic.ts";
import { atKey, ID_RULE } from "./operations.ts";

/**
 * Two operations cannot have one method of the client, and one operation cannot have two paths. All references of the
 * document must resolve.
 */
export function checkMethodNames(document: ContractDocument): Finding[] {
  const seen = new Map<string, { id: string; path: string; isShared: boolean }>();
  const equal = operationsOf(document).flatMap(
    ({ operation: { operationId: id }, path, method, pointer }): Finding[] => {
      if (typeof id !== "string") return [];
      const name = camelCase(id);
      // An operation of a referenced path item is at another place.
      const current = { id, path, isShared: valueAt(document, pointer) === undefined };
      const other = seen.get(name);
      seen.set(name, current);
      if (other === undefined) return [];
      if (other.id !== id) return [sameMethod(pointer, [id, other.id], name)];
      // Two equal ids have their own rule.
      const [shared, first] = current.isShared ? [current, other] : [other, current];
      if (!shared.isShared) return [];
      const message = `'${id}' is also the ${method.toUpperCase()} of '${first.path}'. Describe each path on its own.`;
      return [atKey(["paths", shared.path], ID_RULE, message)];
    },
  );
  return [...equal, ...checkSafeForms(document)];
}

/** The client has a second method for each operation, `safeListUsers`. */
function checkSafeForms(document: ContractDocument): Finding[] {
  const operations = operationsOf(document).map(({ operation, pointer }) => ({
    id: operation.operationId ?? "",
    pointer,
  }));
  const safeForms = new Map(operations.map(({ id }) => [safeForm(camelCase(id)), id]));
  return operations.flatMap(({ id, pointer }) => {
    const other = safeForms.get(camelCase(id));
    return other === undefined ? [] : [sameMethod(pointer, [id, other], camelCase(id))];
  });
}

function sameMethod(pointer: Pointer, [id, other]: readonly [string, string], name: string): Finding {
  const message = `'${id}' and '${other}' both have the method '${name}' in the client. Rename one.`;
  return { pointer: [...pointer, "operationId"], rule: ID_RULE, message };
}

function safeForm(name: string): string {
  return `safe${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

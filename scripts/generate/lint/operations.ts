import type { ContractDocument } from "../../../server/contract/document.ts";
import { nearest } from "../../../server/nearest.ts";
import { camelCase } from "../client/names.ts";
import type { Finding, Pointer } from "../diagnostic.ts";
import { typeName } from "../render-types.ts";
import type { Node, Nodes } from "./nodes.ts";

/** Every operation needs an id, a security requirement, and a method that is served. */
export function checkOperations(document: ContractDocument, served: Nodes): Finding[] {
  const operations = served.get("Operation") ?? [];
  if (operations.length === 0) {
    const message = "The contract has no operation to serve. Add one to 'paths'.";
    return [{ pointer: ["paths"], rule: "operations", message }];
  }
  return operations.flatMap((operation) => [
    ...checkOperationId(operation),
    ...checkMethod(operation),
    ...checkSecurity(document, operation),
    ...checkResponses(operation),
  ]);
}

const SERVED = ["get", "put", "post", "patch", "delete"];

function checkMethod({ value, pointer }: Node): Finding[] {
  const method = String(pointer.at(-1));
  if (method === "get" && value.requestBody !== undefined) {
    const message = "The body of a GET can't be sent with fetch. Write query parameters, or the method POST.";
    return [atKey([...pointer, "requestBody"], "operation-method", message)];
  }
  if (SERVED.includes(method)) return [];
  const hint = method === "head" ? " HEAD comes with GET." : "";
  const message = `The method ${method.toUpperCase()} is not supported.${hint} Use ${SERVED.join(", ").toUpperCase()}.`;
  return [atKey(pointer, "operation-method", message)];
}

function checkSecurity(document: ContractDocument, { value, pointer }: Node): Finding[] {
  const security = value.security ?? Object(document).security;
  if (security !== undefined) return checkAnonymous(security, { value, pointer });
  const message =
    "The operation has no security requirement, nor has the document. Write 'security: []' in one of them if it needs no credentials.";
  return [atKey(pointer, "security-defined", message)];
}

/** A request without credentials has no permissions. */
function checkAnonymous(security: unknown, { value, pointer }: Node): Finding[] {
  const name = "x-required-permissions";
  const alternatives = Array.isArray(security) ? security : [];
  const isAnonymous = alternatives.length === 0 || alternatives.some((one) => Object.keys(Object(one)).length === 0);
  if (!isAnonymous || !Array.isArray(value[name]) || value[name].length === 0) return [];
  const message = `'security' accepts requests without credentials, which have no permission. Remove '${name}', or require credentials.`;
  return [atKey([...pointer, name], "security-defined", message)];
}

function checkResponses({ value: { responses }, pointer }: Node): Finding[] {
  const statuses = Object.keys(Object(responses)).filter((status) => !status.startsWith("x-"));
  const found = statuses.flatMap((status) => {
    const message = statusProblem(status);
    return message ? [atKey([...pointer, "responses", status], "operation-responses", message)] : [];
  });
  if (statuses.length > 0) return found;
  return [
    atKey(pointer, "operation-responses", "The operation declares no response. Write each status that it returns."),
  ];
}

function statusProblem(status: string): string | undefined {
  if (/^1(\d\d|XX)$/.test(status)) {
    return `The status ${status} is not the end of a response. Remove it, or write the status that follows.`;
  }
  if (!/^\d/.test(status) || /^[2-5](\d\d|XX)$/.test(status)) return undefined;
  return `'${status}' is no status. Write 200 to 599, 4XX or default.`;
}

export const ID_RULE = "operation-operationId";

function checkOperationId({ value, pointer }: Node): Finding[] {
  const { operationId } = value;
  if (operationId !== undefined) {
    const place = [...pointer, "operationId"];
    if (String(operationId).includes("#")) {
      return [
        { pointer: place, rule: ID_RULE, message: "'#' is not supported in an operationId. Write another character." },
      ];
    }
    if (camelCase(String(operationId)) === "then") {
      const message = "A method 'then' would make the client a promise in JavaScript. Write another word.";
      return [{ pointer: place, rule: ID_RULE, message }];
    }
    if (camelCase(typeName(String(operationId))) !== "") return [];
    const message = `'${operationId}' has no letter (a-z) or digit to name the operation by. Write a word.`;
    return [{ pointer: place, rule: ID_RULE, message }];
  }
  const misspelt = Object.entries(value).find(([key]) => nearest(key, ["operationId"]));
  if (!misspelt)
    return [atKey(pointer, ID_RULE, "The operation has no operationId. Add one: the code is named by it.")];
  const [key, id] = misspelt;
  return [atKey([...pointer, key], ID_RULE, `'${key}' is misspelt, so ${id} would not be generated.`)];
}

export function atKey(pointer: Pointer, rule: string, message: string): Finding {
  return { pointer, at: "key", rule, message };
}

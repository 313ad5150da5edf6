import type { ContractDocument } from "../../../server/contract/document.ts";
import { readOperations } from "../../../server/contract/operations.ts";
import { ALTERNATIVE_TYPE, apiKeyHeaders, credentialTypes } from "./credentials.ts";
import { methodType, ROUTE_TYPE, routesOf } from "./methods.ts";
import { problemStatuses } from "./problem-statuses.ts";

/** The part of operations.ts that the client uses. `typeName` is the prefix of the types of an operation. */
export function renderClient(document: ContractDocument, typeName: (id: string) => string): string {
  const methods = readOperations(document).map((operation) => methodType(operation, typeName(operation.id)));
  return `/** The client's methods by name. */
export interface Methods {
${methods.join("\n")}
}

${credentialTypes(document)}
${ROUTE_TYPE}
${ALTERNATIVE_TYPE}
/** What the client's methods send and receive. Separate from OPERATIONS to keep client bundles small. */
export const ROUTES = ${json(routesOf(document))} as const satisfies Record<keyof Methods, Route>;

/** Error statuses for which each operation that declares them has a problem document. */
export const PROBLEM_STATUSES: readonly number[] = ${json(problemStatuses(document))};

/** Names of the headers with API keys. Separate from SECURITY_SCHEMES to keep client bundles small. */
export const API_KEY_HEADERS: readonly string[] = ${json(apiKeyHeaders(document))};
`;
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

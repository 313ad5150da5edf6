import { type ContractDocument, operationsOf } from "../../../server/contract/document.ts";
import { type Operation, readOperations } from "../../../server/contract/operations.ts";
import { docComment } from "../types/doc-comment.ts";
import { ALTERNATIVE_TYPE, apiKeyHeaders, credentialTypes } from "./credentials.ts";
import { methodName, methodType, ROUTE_TYPE, routesOf } from "./methods.ts";
import { problemStatuses } from "./problem-statuses.ts";

/** The part of operations.ts that the client uses. `typeName` is the prefix of the types of an operation. */
export function renderClient(document: ContractDocument, typeName: (id: string) => string): string {
  const texts = operationsOf(document).map(({ operation }) => operation as MethodTexts);
  const rows = readOperations(document).map((operation, index) => {
    const name = methodName(operation);
    const doc = (added: string) => methodDoc(operation, texts[index] ?? {}, added);
    return {
      method: `${doc("@throws NexusError only.")}${methodType(operation, typeName(operation.id))}`,
      safe: `${doc("Returns the error as a value. Never rejects.")}  ${JSON.stringify(safeName(name))}: ${JSON.stringify(name)};`,
    };
  });
  return `/** The client's methods by name. */
export interface Methods {
${rows.map(({ method }) => method).join("\n")}
}

/** The methods that return the error as a value, and the names of the methods that throw it. */
export interface SafeMethods {
${rows.map(({ safe }) => safe).join("\n")}
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

/** As the client makes it at run time. */
function safeName(name: string): string {
  return `safe${name.replace(/./u, (first) => first.toUpperCase())}`;
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** The doc comment of both methods: the contract's texts, the request line, and what the method adds. */
function methodDoc({ method, template }: Operation, texts: MethodTexts, added: string): string {
  const { summary, description } = texts;
  return docComment([summary, description, `\`${method} ${template}\``, added], "  ");
}

interface MethodTexts {
  summary?: string;
  description?: string;
}

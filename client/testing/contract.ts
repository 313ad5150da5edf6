import contract from "../../generated/openapi.json" with { type: "json" };
import type { ContractDocument } from "../../server/contract/document.ts";
import {
  type Operation,
  readOperations,
  readSecuritySchemes,
  type SecurityScheme,
} from "../../server/contract/operations.ts";

/** The parts of a contract that the contract fetch uses. */
export interface Contract {
  /** The template with the most literal characters first. */
  operations: readonly Operation[];
  securitySchemes: Readonly<Record<string, SecurityScheme>>;
}

// The type inferred from the JSON has this document's names as keys: too narrow for functions that read any contract.
export const CONTRACT = contractOf(contract as unknown as ContractDocument);

export function contractOf(document: ContractDocument): Contract {
  const literals = ({ template }: Operation) => template.replace(/\{[^}]+\}/g, "").length;
  return {
    operations: readOperations(document).toSorted((a, b) => literals(b) - literals(a)),
    securitySchemes: readSecuritySchemes(document),
  };
}

export interface Match {
  /** Undefined if the path is known, but not with this method. */
  operation: Operation | undefined;
  /** Of an operation with this path. */
  template: string;
  /** Methods of the path. */
  methods: readonly string[];
  /** Path parameters as sent. */
  path: Readonly<Record<string, string>>;
}

/** The operation of a request, after any base path; undefined if no operation has the path. */
export function findOperation({ operations }: Contract, { method, url }: Request): Match | undefined {
  const { pathname } = new URL(url);
  const found = operations.find((operation) => pattern(operation).test(pathname));
  if (!found) return undefined;
  const same = operations.filter(({ template }) => shapeOf(template) === shapeOf(found.template));
  const operation = same.find((one) => one.method === method || (method === "HEAD" && one.method === "GET"));
  const [, ...values] = pattern(found).exec(pathname) ?? [];
  const names = Array.from((operation ?? found).template.matchAll(/\{([^}]+)\}/g), ([, name = ""]) => name);
  const path = Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
  return {
    operation,
    template: found.template,
    methods: same.flatMap((one) => (one.method === "GET" ? ["GET", "HEAD"] : [one.method])),
    path,
  };
}

function shapeOf(template: string): string {
  return template.replace(/\{[^}]+\}/g, "{}");
}

/** `$` may be percent-encoded. */
function pattern({ template }: Operation): RegExp {
  const literals = template
    .split(/\{[^}]+\}/)
    .map((text) => text.replace(/[.*+?^()|[\]\\]/g, "\\$&").replaceAll("$", "(?:\\$|%24)"));
  return new RegExp(`${literals.join("([^/]+)")}$`);
}

export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

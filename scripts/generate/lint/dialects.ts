import type { ContractDocument } from "../../../server/contract/document.ts";
import type { Finding } from "../diagnostic.ts";

const DIALECTS = ["https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema"];

/** `jsonSchemaDialect` of the document. */
export function checkDialect(document: ContractDocument): Finding[] {
  const { jsonSchemaDialect: dialect }: { jsonSchemaDialect?: unknown } = Object(document);
  if (dialect === undefined || isKnownDialect(dialect)) return [];
  const message = dialectMessage("jsonSchemaDialect", dialect);
  return [{ pointer: ["jsonSchemaDialect"], rule: "schema-keyword", message }];
}

/** OpenAPI's own dialect, or the one on which it is based. */
export function isKnownDialect(dialect: unknown): boolean {
  return DIALECTS.includes(String(dialect).replace(/#$/, ""));
}

export function dialectMessage(name: string, dialect: unknown): string {
  return `The dialect '${dialect}' is not supported. Remove '${name}', or write '${DIALECTS[0]}'.`;
}

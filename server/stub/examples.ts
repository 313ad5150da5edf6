import { readFileSync } from "node:fs";
import { OPERATIONS, type Operations } from "../../generated/operations.ts";

export interface ContractExample {
  name: string;
  status: number;
  mediaType: string;
  /** Those the contract declares for the status, with its example values. */
  headers: Readonly<Record<string, string>>;
  body: unknown;
}

/** The part of generated/openapi.json that is read here; the generator has checked it. */
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
}
interface DeclaredAnswer {
  headers?: Record<string, unknown>;
  content?: Record<string, { examples?: Record<string, unknown> }>;
}

/** Every example that the contract has for an answer of the operation, in its order, in the answer's first media type. */
export function examplesOf(operationId: keyof Operations): ContractExample[] {
  const document: Document = JSON.parse(readFileSync(new URL("../../generated/openapi.json", import.meta.url), "utf8"));
  const { path, method } = OPERATIONS[operationId];
  return Object.entries(document.paths[path]?.[method]?.responses ?? {}).flatMap(([status, answer]) => {
    const { headers = {}, content = {} } = resolved(document, answer) as DeclaredAnswer;
    const [[mediaType, { examples = {} }] = ["", {}]] = Object.entries(content);
    const shared = { status: Number(status), mediaType, headers: headersIn(document, headers) };
    return Object.entries(examples).map(([name, example]) => {
      const { value } = resolved(document, example) as { value: unknown };
      return { ...shared, name, body: value };
    });
  });
}

function headersIn(document: Document, headers: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, header]) => {
    const { example } = resolved(document, header) as { example?: unknown };
    return [name, example];
  });
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

function resolved(document: object, value: unknown): unknown {
  const reference = (value as { $ref?: string } | undefined)?.$ref;
  if (reference === undefined) return value;
  const [, ...keys] = reference.split("/");
  return resolved(
    document,
    keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document),
  );
}

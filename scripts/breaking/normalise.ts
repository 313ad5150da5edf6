import {
  type ContractDocument,
  METHODS,
  type OperationObject,
  type ParameterObject,
  type Reference,
  referencePointer,
  resolve,
  valueAt,
} from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import { canonical } from "./canonical.ts";

/** A document in the form in which two contracts of the same meaning are equal. */
export interface NormalisedContract {
  document: ContractDocument;
  /** Pointer of the same part in the original document. */
  originOf(pointer: Pointer): Pointer;
}

type Parameters = (ParameterObject | Reference)[];
type PathItem = Partial<Record<(typeof METHODS)[number], OperationObject>> & { $ref?: string; parameters?: Parameters };
type Document = ContractDocument & Pick<OperationObject, "security"> & { webhooks?: ContractDocument["paths"] };

interface Work {
  document: Document;
  /** Pointers into the original document, by moved object. */
  origins: WeakMap<object, Pointer>;
}

/**
 * Moves the parameters of a path and the security of the document into the operations, and makes equivalent schemas
 * equal. References stay, because the differ compares their targets; only those to path items are resolved.
 */
export function normalise(original: ContractDocument): NormalisedContract {
  // A copy of the document.
  const document = canonical(original) as Document;
  const work: Work = { document, origins: new WeakMap() };
  const { security, webhooks, ...rest } = document;
  if (security) work.origins.set(security, ["security"]);
  const { pathItems, ...components } = rest.components ?? {};
  const resolved = { ...rest, paths: resolvedItems("paths", work), components };
  // The types of path items allow no members other than operations.
  const result = { ...resolved, ...(webhooks && { webhooks: resolvedItems("webhooks", work) }) } as ContractDocument;
  return { document: result, originOf: (pointer) => originOf(pointer, result, work) };
}

function resolvedItems(section: "paths" | "webhooks", work: Work): Record<string, PathItem> {
  const items = Object.entries(work.document[section] ?? {}) as [name: string, item: PathItem][];
  return Object.fromEntries(items.map(([name, item]) => [name, resolvedItem([section, name], item, work)]));
}

function resolvedItem(pointer: Pointer, { $ref, ...declared }: PathItem, work: Work): PathItem {
  const { document, origins } = work;
  if ($ref === undefined) return withInherited(pointer, declared, work);
  const origin = referencePointer($ref);
  const item = withInherited(origin, resolve<PathItem>(document, { $ref }), work);
  origins.set(item, origin);
  return item;
}

/** A path item whose operations have its parameters, and the security of the document. */
function withInherited(pointer: Pointer, { parameters = [], ...item }: PathItem, work: Work): PathItem {
  const { document, origins } = work;
  const copy: PathItem = { ...item };
  for (const method of METHODS) {
    const operation = item[method];
    if (!operation) continue;
    const own = operation.parameters ?? [];
    const ids = own.map((parameter) => idOf(document, parameter));
    const inherited = parameters.flatMap((parameter, index) => {
      if (ids.includes(idOf(document, parameter))) return [];
      const moved = { ...parameter };
      origins.set(moved, [...pointer, "parameters", index]);
      return [moved];
    });
    const security = operation.security ?? document.security;
    const all = inherited.length > 0 ? { parameters: [...own, ...inherited] } : {};
    copy[method] = { ...operation, ...all, ...(security && { security }) };
  }
  return copy;
}

function originOf(pointer: Pointer, document: ContractDocument, { origins }: Work): Pointer {
  for (let length = pointer.length; length > 0; length -= 1) {
    const moved = origins.get(Object(valueAt(document, pointer.slice(0, length))));
    if (moved) return [...moved, ...pointer.slice(length)];
  }
  return pointer;
}

/** Two parameters of an operation differ in this text. */
function idOf(document: ContractDocument, parameter: ParameterObject | Reference): string {
  const { in: place, name } = resolve<ParameterObject>(document, parameter);
  return `${place} ${name}`;
}

import { dirname, resolve } from "node:path";
import { type ContractDocument, referencePointer, schemaOf, valueAt } from "../../../server/contract/document.ts";
import type { Pointer } from "../diagnostic.ts";
import { isKnownDialect } from "../lint/dialects.ts";
import { membersOf } from "../lint/references/members.ts";

/** Replaces the references of a contract at `path` to its own file by local ones, in place. */
export function shortenReferences(document: object, path: string): void {
  for (const { pointer, key, value } of membersOf(document)) {
    const [file = "", fragment] = key === "$ref" && typeof value === "string" ? value.split("#") : [];
    if (file === "" || fragment === undefined || resolve(dirname(path), file) !== path) continue;
    memberParent(document, pointer)[key] = `#${fragment}`;
  }
}

/** A reference to a file, and not the name of a schema. */
const FILE = /^(\.{1,2}\/|[^#]*\.(ya?ml|json)(#|$))/i;

/**
 * Writes the mappings of discriminators as the bundler reads them, in place: files as `./file.yaml`, and before the names,
 * because it stops at the first name. A name is that of one of `schemas`. Returns whether a mapping has a file.
 */
export function writeMappings(document: unknown, schemas: unknown): boolean {
  const mappings = membersOf(document).flatMap(({ pointer, key, value }) =>
    key === "mapping" && pointer.at(-2) === "discriminator" ? [Object(value) as Record<string, unknown>] : [],
  );
  const isFile = (value: unknown) => FILE.test(String(value)) && !Object.hasOwn(Object(schemas), String(value));
  for (const mapping of mappings) {
    const entries = Object.entries(mapping).toSorted(([, a], [, b]) => Number(isFile(b)) - Number(isFile(a)));
    for (const [key, value] of entries) {
      delete mapping[key];
      mapping[key] = isFile(value) ? String(value).replace(/^(?!\.{1,2}\/)/, "./") : value;
    }
  }
  return mappings.some((mapping) => Object.values(mapping).some(isFile));
}

/** Keywords without effect: there is one dialect, and no reference leads to an anchor. */
const ANCHORS = ["$anchor", "$dynamicAnchor"];

/**
 * Writes legal parts of a document that the libraries cannot read in another way, in place: boolean schemas to which
 * references lead become objects, references to security schemes become schemes, anchors and known dialects are left out.
 */
export function normalise(document: ContractDocument): void {
  for (const { pointer, key, value } of membersOf(document)) {
    if (typeof value !== "string") continue;
    if (isWithoutEffect(key, value)) delete memberParent(document, pointer)[key];
    if (key === "$ref" && value.startsWith("#/")) asObject(document, value);
  }
  inlineSchemes(document);
}

function inlineSchemes(document: ContractDocument): void {
  const schemes: Record<string, object> = Object(document.components?.securitySchemes);
  for (const [name, scheme] of Object.entries(schemes)) {
    const target = followed(document, scheme);
    if (typeof target === "object" && target !== null && !("$ref" in target)) schemes[name] = structuredClone(target);
  }
}

/** The linter reports a longer chain, and one without an end. */
const MAX_CHAIN = 100;

/** The value behind references. */
function followed(document: ContractDocument, value: unknown, steps = 0): unknown {
  const { $ref }: { $ref?: unknown } = Object(value);
  if (typeof $ref !== "string" || steps > MAX_CHAIN) return value;
  return followed(document, valueAt(document, pointerOf($ref)), steps + 1);
}

function isWithoutEffect(key: string, value: string): boolean {
  return ANCHORS.includes(key) || (key === "$schema" && isKnownDialect(value));
}

function asObject(document: ContractDocument, reference: string): void {
  const place = pointerOf(reference);
  const target = valueAt(document, place);
  if (typeof target !== "boolean") return;
  memberParent(document, place)[place.at(-1) ?? ""] = schemaOf(target);
}

/** The object with the member at a place. */
function memberParent(document: object, place: Pointer): Record<string, unknown> {
  return Object(valueAt(document, place.slice(0, -1)));
}

/** The linter reports a malformed reference. */
function pointerOf(reference: string): string[] {
  return /%(?![0-9A-Fa-f]{2})/.test(reference) ? [] : referencePointer(reference);
}

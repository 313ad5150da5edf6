import { referencePointer, type Schema, valueAt } from "../../../../server/contract/document.ts";
import type { Finding, Pointer } from "../../diagnostic.ts";
import { isInLink, membersOf } from "./members.ts";

/** OpenAPI has null as data only, and the rules for objects read a member's value as what it should be. */
export function checkNulls(document: unknown): Finding[] {
  return membersOf(document).flatMap(({ pointer, key, value, isData }): Finding[] => {
    if (value !== null || isData || isInLink(pointer)) return [];
    const message = `'${key}' has no value. Write one, or remove it.`;
    return [{ pointer, at: "key", rule: "null", message }];
  });
}

/**
 * References and names that the libraries cannot read. They are checked before the libraries, which throw or recurse without
 * end.
 */
export function checkReferences(document: unknown): Finding[] {
  const members = membersOf(document);
  const references = members.flatMap(({ pointer, key, value }): Finding[] => {
    if (key in {}) {
      const message = `'${key}' is a member of every object in JavaScript. Choose another name.`;
      return [{ pointer, at: "key", rule: "name", message }];
    }
    if (key !== "$ref" || !isReference(value)) return [];
    const message = problemOf(document, String(value ?? ""));
    if (message !== undefined) return [{ pointer, rule: "reference", message }];
    const problem = problemOfParts(document, pointer.slice(0, -1));
    return problem === undefined ? [] : [{ pointer, rule: "reference", message: problem }];
  });
  const findings = [...references, ...members.flatMap(checkMapping)];
  // Each reference of a chain is too far from its end.
  const firstLong = findings.find(({ message }) => message === TOO_LONG);
  const checked = findings.filter((finding) => finding.message !== TOO_LONG || finding === firstLong);
  return checked.length > 0 ? checked : checkExpansion(document);
}

/** The targets of a discriminator's values. */
function checkMapping({ pointer, value }: ReturnType<typeof membersOf>[number]): Finding[] {
  if (pointer.at(-2) !== "mapping" || pointer.at(-3) !== "discriminator") return [];
  if (typeof value === "string" && !isMalformed(value)) return [];
  const message =
    typeof value === "string" ? malformedText(value) : "This is no text. Write the name of a schema, or a reference.";
  return [{ pointer, rule: "reference", message }];
}

/** The validators check every part of a value's schema, however often a reference leads to it. */
const MAX_PARTS = 1_000;

/** The innermost schema with too many parts; no reference may lead back to itself. */
function checkExpansion(document: unknown): Finding[] {
  const counts = new Map<string, number>();
  const found: Finding[] = [];
  const count = (place: Pointer): number => {
    const name = JSON.stringify(place);
    const known = counts.get(name) ?? partsOf(document, place).reduce((sum, part) => sum + count(part), 1);
    if (known > MAX_PARTS && !counts.has(name)) {
      const message = `A value of this schema is checked against more than ${MAX_PARTS} schemas. Refer to each schema once.`;
      found.push({ pointer: place, rule: "reference", message });
    }
    counts.set(name, known);
    return known;
  };
  for (const { key, pointer } of membersOf(document)) if (key === "$ref") count(pointer.slice(0, -1));
  return found.slice(0, 1);
}

/** To a place of the document, or none. A property named `$ref` is an object, and other files are bundled. */
function isReference(value: unknown): boolean {
  if (typeof value === "string") return value === "" || value.startsWith("#");
  return typeof value !== "object" || value === null;
}

function problemOf(document: unknown, reference: string): string | undefined {
  if (isMalformed(reference)) return malformedText(reference);
  if (!reference.startsWith("#/")) {
    return `'${reference}' is not supported. Refer to an object by its place: '#/components/schemas/…'.`;
  }
  if (reference.endsWith("/")) return `'${reference}' ends with a slash. Write '${reference.replace(/\/+$/, "")}'.`;
  const place = referencePointer(reference);
  const isAtNull = place.some((_, end) => valueAt(document, place.slice(0, end)) === null);
  if (isAtNull) return `'${reference}' does not exist.`;
  const through = place.findIndex((_, end) => "$ref" in Object(valueAt(document, place.slice(0, end))));
  if (through < 0 || valueAt(document, place) !== undefined) return undefined;
  const { $ref } = Object(valueAt(document, place.slice(0, through)));
  return `'${reference}' leads through a reference. Write '${[$ref, ...place.slice(through)].join("/")}'.`;
}

const IN_PLACE = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];

/** The type checker and the validators follow references by recursion, and so deep that a longer chain exceeds their stack. */
const MAX_CHAIN = 100;
const TOO_LONG = `This reference leads through more than ${MAX_CHAIN} others. Refer to the last one.`;

/** Whether the object at a place consists of itself: to check a value, it would have to be checked before. Or of too many. */
function problemOfParts(document: unknown, start: Pointer): string | undefined {
  const name = JSON.stringify(start);
  const seen = new Set<string>();
  let places = partsOf(document, start);
  for (let length = 1; places.length > 0; length += 1) {
    if (length > MAX_CHAIN) return TOO_LONG;
    const reached = new Map(places.map((place) => [JSON.stringify(place), place]));
    if (reached.has(name)) return "This reference leads back to itself. Put a property or an item in between.";
    const fresh = [...reached].filter(([key]) => !seen.has(key));
    for (const [key] of fresh) seen.add(key);
    places = fresh.flatMap(([, place]) => partsOf(document, place));
  }
  return undefined;
}

/** The places of the schemas that a value must match together with the one at `place`, and the target of a reference. */
function partsOf(document: unknown, place: Pointer): Pointer[] {
  const value: Schema = Object(valueAt(document, place));
  const parts = IN_PLACE.flatMap((keyword): Pointer[] => {
    const part = value[keyword];
    if (Array.isArray(part)) return part.map((_, index) => [...place, keyword, String(index)]);
    return part === undefined ? [] : [[...place, keyword]];
  });
  const { $ref } = value;
  const isLocal = typeof $ref === "string" && $ref.startsWith("#/") && !isMalformed($ref);
  return isLocal ? [...parts, referencePointer($ref)] : parts;
}

export function isMalformed(reference: string): boolean {
  return /%(?![0-9A-Fa-f]{2})/.test(reference);
}

function malformedText(reference: string): string {
  return `'%' must be followed by two digits in '${reference}'. Write '%25'.`;
}

import { referencePointer, type Schema, valueAt } from "./document.ts";
import { hasNames, isData } from "./keywords.ts";

/** Requests have no `readOnly` properties, and responses no `writeOnly` ones. */
export type Mark = "readOnly" | "writeOnly";

/** The keywords that reject a marked property, and their messages. */
export const MARK_MESSAGES: Readonly<Record<Mark, string>> = { readOnly: "is read-only", writeOnly: "is write-only" };

/** The type of a property that must not be sent. */
const NEVER = false;
/** Subschemas of the same value. */
const IN_PLACE = ["allOf", "anyOf", "oneOf", "if", "then", "else"];

export interface Direction {
  /** The document, to which references lead. */
  root: unknown;
  marks: readonly Mark[];
  /** Whether the schemas of marked properties are replaced by one that no value matches. */
  replaces?: boolean;
}

/** True if a value has schemas with marks. */
export function hasMarks(value: unknown): boolean {
  return /"(read|write)Only":true/.test(JSON.stringify(value) ?? "");
}

/** A copy of a part of a document whose schemas do not require the marked properties. */
export function directed<T>(value: T, direction: Direction): T {
  // A copy has the shape of its original.
  return copy(value, direction, []) as T;
}

/** `names` are those of the marked properties of the same value. */
function copy(value: unknown, direction: Direction, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => copy(item, direction, names));
  if (typeof value !== "object" || value === null) return value;
  const all = [...names, ...markedNames(value as Schema, direction)];
  const entries = Object.entries(value).map(([key, inner]) => [key, copyMember(key, inner, direction, all)]);
  return Object.fromEntries(entries);
}

function copyMember(key: string, value: unknown, direction: Direction, names: readonly string[]): unknown {
  if (isData(key)) return value;
  if (key === "required") return without(value, names);
  if (key === "dependentRequired") return copyDependent(value, names);
  if (!hasNames(key, value)) return copy(value, direction, IN_PLACE.includes(key) ? names : []);
  const isReplaced = (one: unknown) => direction.replaces && key === "properties" && isMarked(one, direction);
  const entries = Object.entries(Object(value)).map(([name, one]) => [
    name,
    isReplaced(one) ? NEVER : copy(one, direction, []),
  ]);
  return Object.fromEntries(entries);
}

function copyDependent(value: unknown, names: readonly string[]): unknown {
  const entries = Object.entries(Object(value)).map(([name, required]) => [name, without(required, names)]);
  return Object.fromEntries(entries);
}

function without(required: unknown, names: readonly string[]): unknown {
  return Array.isArray(required) ? required.filter((name) => !names.includes(name)) : required;
}

/** Names of the marked properties of a schema and of the schemas that it includes. */
function markedNames(schema: unknown, direction: Direction, open: readonly unknown[] = []): string[] {
  if (open.includes(schema)) return [];
  const own = Object.entries(Object(Object(schema).properties)).flatMap(([name, property]) =>
    isMarked(property, direction) ? [name] : [],
  );
  return [...own, ...included(schema, direction).flatMap((one) => markedNames(one, direction, [...open, schema]))];
}

function isMarked(schema: unknown, direction: Direction, open: readonly unknown[] = []): boolean {
  if (open.includes(schema)) return false;
  if (direction.marks.some((mark) => Object(schema)[mark] === true)) return true;
  return included(schema, direction).some((one) => isMarked(one, direction, [...open, schema]));
}

/** The schemas in `allOf`, and the one that a reference leads to. */
function included(schema: unknown, { root }: Direction): unknown[] {
  const { $ref, allOf } = Object(schema);
  const target = typeof $ref === "string" ? [valueAt(root, referencePointer($ref))] : [];
  return Array.isArray(allOf) ? [...target, ...allOf] : target;
}

import { type ContractDocument, referencePointer, type Schema, valueAt } from "./document.ts";

/** RFC 8259 section 6. */
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * The text of a parameter for the validator, which also takes texts such as `0x10`, ` 1` and `Infinity` for numbers: it gets
 * one that it rejects.
 */
export function numberText(text: string): string {
  const isTaken = text !== "" && !Number.isNaN(Number(text));
  return isTaken && !(JSON_NUMBER.test(text) && Number.isFinite(Number(text))) ? "no-number" : text;
}

/** Digits after the point to which quotients are compared: 1.13 is a multiple of 0.01, but 1.13 / 0.01 is 112.99999999999999. */
export const MULTIPLE_OF_PRECISION = 6;

/** Whether quotients by `divisor` are exact: the request validator can't compare others. */
export function isExact(divisor: unknown): boolean {
  return typeof divisor !== "number" || Number.isInteger(divisor * 2 ** 20);
}

/** Whether a parameter's value, or each of its items, can be a number and can't be a text. */
export function hasNumbers(document: ContractDocument, declared: unknown): boolean {
  const types = typesIn(document, declared);
  return !types.has("string") && (types.has("number") || types.has("integer"));
}

function typesIn(document: ContractDocument, declared: unknown, seen: ReadonlySet<unknown> = new Set()): Set<unknown> {
  const { $ref, type, items, allOf, anyOf, oneOf }: Schema = Object(declared);
  if (seen.has(declared)) return new Set();
  const target = typeof $ref === "string" ? valueAt(document, referencePointer($ref)) : undefined;
  const parts = [target, items, ...[allOf, anyOf, oneOf].flat()].filter((part) => part !== undefined);
  const inner = parts.flatMap((part) => [...typesIn(document, part, new Set([...seen, declared]))]);
  return new Set([...(type === undefined ? [] : [type].flat()), ...inner]);
}

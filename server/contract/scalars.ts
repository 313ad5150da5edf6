import type { Schema } from "./document.ts";

/** Makes a text that matches a regular expression, of the length that its schema wants; undefined if it can't. */
export type Matching = (pattern: string, schema: Schema) => string | undefined;

export const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-31T12:00:00Z",
  date: "2026-01-31",
  time: "12:00:00Z",
  duration: "P1D",
  email: "someone@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  url: "https://example.com/",
  "uri-reference": "/example",
  "uri-template": "/example/{id}",
  uuid: "123e4567-e89b-12d3-a456-426614174000",
  "json-pointer": "/example",
  "relative-json-pointer": "0",
  regex: "a",
  byte: "YWJj",
};

export function makeString(schema: Schema, { matching, index }: { matching: Matching; index: number }): string {
  const { pattern, format, minLength = 0, maxLength = Infinity } = schema;
  if (typeof pattern === "string") return matching(pattern, schema) ?? "";
  const text = FORMATS[String(format)];
  if (text !== undefined) return text;
  const plain = `value${index === 0 ? "" : index}`;
  return plain.padEnd(Number(minLength), "a").slice(-Math.max(Number(maxLength), 0) || plain.length);
}

export function makeNumber(schema: Schema, { index }: { index: number }): number {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema as Record<
    string,
    number | undefined
  >;
  const step = multipleOf ?? (schema.type === "number" && exclusiveMinimum !== undefined ? 0.001 : 1);
  const top = maximum ?? exclusiveMaximum ?? Infinity;
  const low = minimum ?? (exclusiveMinimum === undefined ? Math.min(1, top) : exclusiveMinimum + step);
  const least = Math.ceil(low / step) * step + index * step;
  if (least === exclusiveMinimum) return least + step;
  return least === exclusiveMaximum ? least - step : least;
}

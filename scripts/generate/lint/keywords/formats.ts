import type { Schema } from "../../../../server/contract/document.ts";
import { didYouMean, nearest } from "../../../../server/nearest.ts";
import type { Finding, Pointer } from "../../diagnostic.ts";

/** Formats that Ajv does not check: https://spec.openapis.org/registry/format, and two common ones that look like others. */
const ANNOTATIONS = [
  ..."base64url char commonmark date-time-local decimal decimal128 double-int html http-date idn-email".split(" "),
  ..."idn-hostname int8 int16 iri iri-reference media-range sf-binary sf-boolean sf-decimal sf-integer".split(" "),
  ..."sf-string sf-token time-local uint8 uint16 uint32 uint64 ulid urn".split(" "),
];

/** An unknown format is an annotation, unless it is probably a misspelt one. `checked` are the formats that Ajv checks. */
export function checkFormat({ format }: Schema, pointer: Pointer, checked: readonly string[]): Finding[] {
  if (typeof format !== "string" || checked.includes(format) || ANNOTATIONS.includes(format)) return [];
  const near = nearest(format, checked);
  if (near === undefined || !isMisspelt(format, near)) return [];
  const message = `Unknown format '${format}'.${didYouMean(near)}`;
  return [{ pointer: [...pointer, "format"], rule: "schema-format", message }];
}

/** Short words are near to each other: `tel` is no misspelt `url`. */
function isMisspelt(format: string, known: string): boolean {
  return format[0]?.toLowerCase() === known[0] && Math.abs(format.length - known.length) < 2;
}

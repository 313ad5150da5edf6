import fc, { type Arbitrary } from "fast-check";
import type { Schema } from "../contract/document.ts";

/** The shortest text of a suitable length, because a pattern such as `^a*a*a*a*a*a*$` takes hours to reject a long one. */
export function matching(pattern: string, { minLength = 0, maxLength = Infinity }: Schema): string | undefined {
  const arbitrary = textsMatching(pattern);
  const texts = arbitrary ? fc.sample(arbitrary, { numRuns: 20, seed: 1 }) : [];
  const isSuitable = ({ length }: string) => length >= Number(minLength) && length <= Number(maxLength);
  const shortestFirst = texts.filter(isSuitable).sort((a, b) => a.length - b.length);
  return shortestFirst.find((text) => /^[!-~]+$/.test(text)) ?? shortestFirst[0] ?? texts[0];
}

/** Texts that match a pattern; undefined for those that fast-check does not know: most regular expressions, but not all. */
export function textsMatching(pattern: string): Arbitrary<string> | undefined {
  try {
    return fc.stringMatching(new RegExp(pattern, "u"));
  } catch {
    return undefined;
  }
}

import type { Operation } from "../../server/contract/operations.ts";

/**
 * The media types that Accept allows (RFC 9110 section 12.5.1), the preferred ones first; all of them without Accept. Parameters
 * other than `q` are ignored.
 */
export function acceptableOf(mediaTypes: readonly string[], accept: string | null | undefined): string[] {
  if (!accept?.trim()) return [...mediaTypes];
  const ranges = accept.split(",").map(rangeOf);
  const weighted = mediaTypes.map((mediaType) => ({ mediaType, weight: weightOf(mediaType, ranges) }));
  return weighted
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ mediaType }) => mediaType);
}

interface Range {
  type: string;
  weight: number;
}

function rangeOf(text: string): Range {
  const [type = "", ...parameters] = text
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const weight = parameters.find((one) => one.startsWith("q="))?.slice(2);
  return { type, weight: weight === undefined ? 1 : Number(weight) || 0 };
}

/** That of the most specific range. */
function weightOf(mediaType: string, ranges: readonly Range[]): number {
  const [type = ""] = mediaType.toLowerCase().split(";");
  const names = [type.trim(), `${type.split("/")[0]}/*`, "*/*"];
  return names.map((name) => ranges.find((range) => range.type === name)).find((one) => one !== undefined)?.weight ?? 0;
}

/** The operation whose responses list the media types that Accept allows first. */
export function preferring(operation: Operation, accept: string | undefined): Operation {
  const responses = Object.entries(operation.responses).map(([status, response]) => {
    const mediaTypes = [...new Set([...acceptableOf(response.mediaTypes, accept), ...response.mediaTypes])];
    const examples = mediaTypes.map((mediaType) => [mediaType, response.examplesByType[mediaType] ?? {}]);
    return [status, { ...response, mediaTypes, examplesByType: Object.fromEntries(examples) }] as const;
  });
  return { ...operation, responses: Object.fromEntries(responses) };
}

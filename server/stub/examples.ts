import type { Operation } from "../contract/operations.ts";
import { Problem } from "../http/problem.ts";
import type { Handler } from "../http/respond.ts";
import { STUB_PROBLEMS } from "./problem-types.ts";

/**
 * Handles an operation that has no handler yet: responds with the contract's first success, or its first response if it has no
 * success, and the example of the media type that Accept chose. Without an example of its body it is a 501.
 */
export function exampleHandler({ id, responses }: Operation): Handler {
  return async (_request, { responseMediaType }) => {
    const keys = Object.keys(responses);
    const [key = ""] = keys.toSorted((one, other) => rank(one) - rank(other));
    const declared = responses[key];
    const { examplesByType = {}, mediaTypes = [], headers = {} } = declared ?? {};
    const withExample = mediaTypes.filter((mediaType) => Object.keys(examplesByType[mediaType] ?? {}).length > 0);
    const mediaType = withExample.find((one) => one === responseMediaType) ?? withExample[0];
    if (mediaTypes.length > 0 && mediaType === undefined) {
      throw new Problem(STUB_PROBLEMS.noExample, { detail: `Add an example of the success of ${id}, or a handler.` });
    }
    return {
      status: key === "default" ? 200 : Number(key.replace(/XX$/i, "00")),
      headers: Object.fromEntries(
        Object.entries(headers).flatMap(([name, { example }]) => (example === undefined ? [] : [[name, example]])),
      ),
      ...(mediaType !== undefined && { mediaType, body: Object.values(examplesByType[mediaType] ?? {})[0] }),
    };
  };
}

/** Success, redirection, default, error. */
function rank(status: string): number {
  const place = ["2", "3", "d"].indexOf(status.charAt(0));
  return place < 0 ? 3 : place;
}

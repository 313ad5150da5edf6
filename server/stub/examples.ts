import type { Operation } from "../contract/operations.ts";
import { Problem } from "../http/problem.ts";
import type { Handler } from "../http/respond.ts";
import { STUB_PROBLEMS } from "./problem-types.ts";

/**
 * Handles an operation that has no handler yet: responds with the contract's first success and the example of the media
 * type that Accept chose. Without an example of its body it is a 501.
 */
export function exampleHandler({ id, responses }: Operation): Handler {
  return async (_request, { responseMediaType }) => {
    const keys = Object.keys(responses);
    const key =
      keys.find((status) => status.startsWith("2")) ?? keys.find((status) => /^[13]/.test(status)) ?? "default";
    const declared = responses[key];
    const { examplesByType = {}, mediaTypes = [], headers = {} } = declared ?? {};
    const withExample = mediaTypes.filter((mediaType) => Object.keys(examplesByType[mediaType] ?? {}).length > 0);
    const mediaType = withExample.find((one) => one === responseMediaType) ?? withExample[0];
    if (mediaTypes.length > 0 && mediaType === undefined) {
      throw new Problem(STUB_PROBLEMS.noExample, { detail: `Add an example of the success of ${id}, or a handler.` });
    }
    return {
      status: /^\d{3}$/.test(key) ? Number(key) : 200,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, { example }]) => [name, example ?? "example"] as const),
      ),
      ...(mediaType !== undefined && { mediaType, body: Object.values(examplesByType[mediaType] ?? {})[0] }),
    };
  };
}

import { type Contract, decodeSegment, type Match } from "./contract.ts";

/** A request that the fetch received, including failed ones. */
export interface RecordedCall {
  method: string;
  /** The operationId; undefined if no operation has the path and method. */
  operation: string | undefined;
  /** Path parameters, decoded. */
  path: Record<string, string | undefined>;
  /** The path parameter `userId`. */
  userId: string | undefined;
  /** Pairs of the query, in order. */
  query: [name: string, value: string][];
  /** Parsed; the text itself if it is not JSON. */
  body: unknown;
  /** With lower-case names; credentials are left out. */
  headers: Record<string, string>;
}

export function recordCall(contract: Contract, match: Match | undefined, request: Request, text: string): RecordedCall {
  const decoded = Object.entries(match?.path ?? {}).map(([name, segment]) => [name, decodeSegment(segment)]);
  const path = Object.fromEntries(decoded) as RecordedCall["path"];
  const keys = Object.values(contract.securitySchemes).flatMap((scheme) =>
    scheme.type === "apiKey" ? [scheme.name] : [],
  );
  const credentials = ["authorization", ...keys.map((name) => name.toLowerCase())];
  return {
    method: request.method,
    operation: match?.operation?.id,
    path,
    userId: path.userId,
    query: [...new URL(request.url).searchParams],
    body: parseJson(text),
    headers: Object.fromEntries([...request.headers].filter(([name]) => !credentials.includes(name))),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

import { checkRequest, type Violation } from "./check-request.ts";
import { CONTRACT, type Contract, decodeSegment, findOperation, type Match } from "./contract.ts";
import {
  checkSelection,
  type ExampleOf,
  problemOf,
  type ResponseStatus,
  responseOf,
  type SuccessStatus,
  selectExample,
  toResponse,
} from "./contract-response.ts";
import { type Failure, fail } from "./failures.ts";

export type { Failure };

export interface ContractFetchOptions {
  /**
   * Name of an example of a 2xx, or a status and the name of its example (default: the first), for the operations that
   * have it. Others respond with the first example of their first 2xx. Default: the first one of every operation.
   */
  answer?:
    | ExampleOf<SuccessStatus>
    | { [Status in ResponseStatus]: { status: Status; example?: ExampleOf<Status> } }[ResponseStatus];
  /** Failures of the first requests, in order: `[failTimes(2, "network"), rateLimit(1, 3)]`. */
  failures?: readonly Failing[];
}

/** A failure and the number of requests that it applies to. */
export interface Failing {
  times: number;
  failure: Failure;
}

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

export interface ContractFetch {
  (...request: Parameters<typeof fetch>): Promise<Response>;
  /** All requests so far, in order. */
  readonly calls: readonly RecordedCall[];
}

/**
 * A fetch for `createNexusClient({ fetch })` that validates each request against the contract and responds with the
 * contract's examples, without a server. For a request that violates the contract it returns the server's problem
 * document.
 * @throws NexusError `config` if the contract has no such response; the message lists the available ones.
 */
export function createContractFetch(options: ContractFetchOptions = {}): ContractFetch {
  return createFetch(CONTRACT, options);
}

/** A contract fetch for any contract. */
export function createFetch(contract: Contract, { answer, failures = [] }: ContractFetchOptions): ContractFetch {
  const selection = typeof answer === "string" ? selectExample(contract, answer) : answer;
  if (selection) checkSelection(contract, selection);
  const calls: RecordedCall[] = [];
  const respond = async (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const text = await request.text();
    const match = findOperation(contract, request);
    const { operation } = match ?? {};
    calls.push(recordCall(contract, match, request, text));
    const failure = failureOf(failures, calls.length);
    if (failure !== undefined) return fail(failure, request, operation);
    const violation = checkRequest(contract, match, request, text);
    const response = !violation && operation ? responseOf(operation, selection) : rejection(contract, match, violation);
    const requestId = request.headers.get("X-Request-Id") ?? response.headers.get("X-Request-Id") ?? "";
    response.headers.set("X-Request-Id", requestId);
    const problem = response.status < 400 ? {} : { instance: requestId, ...violation?.problem };
    return toResponse(response, problem);
  };
  return Object.assign(respond, { calls });
}

/** The problem document for a request that violates the contract. */
function rejection({ operations }: Contract, match: Match | undefined, violation: Violation | undefined) {
  const known = match?.operation ?? operations.find(({ template }) => template === match?.template);
  const response = problemOf(known, violation?.status ?? 404);
  if (violation?.status === 405) response.headers.set("Allow", (match?.methods ?? []).join(", "));
  return response;
}

/** Fails the next `times` requests; `Infinity` for all. */
export function failTimes(times: number, failure: Failure): Failing {
  return { times, failure };
}

/** Rejects the next `times` requests (default 1) with 429 and Retry-After in seconds. */
export function rateLimit(retryAfterSeconds: number, times = 1): Failing {
  return failTimes(times, { status: 429, retryAfterSeconds });
}

/** The failure for the nth request, counted from 1. */
function failureOf(failures: readonly Failing[], nth: number): Failure | undefined {
  let last = 0;
  return failures.find(({ times }) => {
    last += times;
    return nth <= last;
  })?.failure;
}

function recordCall(contract: Contract, match: Match | undefined, request: Request, text: string): RecordedCall {
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

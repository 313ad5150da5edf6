import { SECURITY_SCHEMES } from "../../generated/operations.ts";
import { checkRequest, decodeSegment, userIdSegment } from "./check-request.ts";
import { contractResponse, type ExampleOf, type ResponseStatus, statusOf } from "./contract-response.ts";
import { type Failure, fail } from "./failures.ts";

export type { Failure };

export interface ContractFetchOptions {
  /** Name of an example of the 200, or a status and the name of its example (default: the first). Default `synced`. */
  answer?:
    | ExampleOf<200>
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
  /** Decoded; undefined if the path is not the operation's. */
  userId: string | undefined;
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
export function createContractFetch({ answer = "synced", failures = [] }: ContractFetchOptions = {}): ContractFetch {
  const named = typeof answer === "string" ? { status: statusOf(answer), example: answer } : answer;
  const success = () => contractResponse(named.status, named.example);
  success();
  const calls: RecordedCall[] = [];
  const respond = async (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const text = await request.text();
    calls.push(recordCall(request, text));
    const failure = failureOf(failures, calls.length);
    if (failure !== undefined) return fail(failure, request);
    const violation = checkRequest(request, text);
    const { status, headers, body } = violation ? contractResponse(violation.status) : success();
    const requestId = request.headers.get("X-Request-Id") ?? headers.get("X-Request-Id") ?? "";
    headers.set("X-Request-Id", requestId);
    const problem = status < 400 ? {} : { instance: requestId, ...violation?.problem };
    return new Response(JSON.stringify({ ...body, ...problem }), { status, headers });
  };
  return Object.assign(respond, { calls });
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

function recordCall({ method, url, headers }: Request, text: string): RecordedCall {
  const segment = userIdSegment(new URL(url).pathname);
  return {
    method,
    userId: segment === undefined ? undefined : decodeSegment(segment),
    body: parseJson(text),
    headers: Object.fromEntries([...headers].filter(([name]) => !CREDENTIAL_HEADERS.includes(name))),
  };
}

const CREDENTIAL_HEADERS: readonly string[] = ["authorization", SECURITY_SCHEMES.ApplicationToken.name.toLowerCase()];

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

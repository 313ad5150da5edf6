import { SECURITY_SCHEMES } from "../generated/operations.ts";
import { type AnswerStatus, contractAnswer, type ExampleOf, statusOf } from "./contract-answers.ts";
import { checkRequest, decoded, userIdSegment } from "./contract-check.ts";
import { type Failure, fail } from "./test-failures.ts";

export type { Failure };

export interface ContractFetchOptions {
  /** Name of a 200's example, or a status with the name of its example (default: its first). Default `synced`. */
  answer?: ExampleOf<200> | { [Status in AnswerStatus]: { status: Status; example?: ExampleOf<Status> } }[AnswerStatus];
  /** What fails before the contract answers, one after another: `[failTimes(2, "network"), rateLimit(1, 3)]`. */
  failures?: readonly Failing[];
}

/** A failure and how many requests it meets. */
export interface Failing {
  times: number;
  failure: Failure;
}

/** A request that reached the fetch, failed ones included. */
export interface RecordedCall {
  method: string;
  /** Decoded; undefined where the path is not the operation's. */
  userId: string | undefined;
  /** Parsed; the text itself where it is no JSON. */
  body: unknown;
  /** Names in lower case; without those that carry credentials. */
  headers: Record<string, string>;
}

export interface ContractFetch {
  (...request: Parameters<typeof fetch>): Promise<Response>;
  /** All requests so far, in order. */
  readonly calls: readonly RecordedCall[];
}

/**
 * A fetch for `createNexusClient({ fetch })` that checks each request against the contract and answers from the
 * contract's examples, without a server. A request outside the contract gets the problem the server would answer.
 * @throws NexusError `config` if the contract has no such answer; the message lists those it has.
 */
export function createContractFetch({ answer = "synced", failures = [] }: ContractFetchOptions = {}): ContractFetch {
  const named: { status: AnswerStatus; example?: string } =
    typeof answer === "string" ? { status: statusOf(answer), example: answer } : answer;
  const usual = contractAnswer(named.status, named.example);
  const calls: RecordedCall[] = [];
  const answerTo = async (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const text = await request.text();
    calls.push(recorded(request, text));
    const failure = failureOf(failures, calls.length);
    if (failure !== undefined) return fail(failure, request);
    const verdict = checkRequest(request, text);
    const { status, headers, mediaType, body } = "userId" in verdict ? usual : contractAnswer(verdict.status);
    const requestId = request.headers.get("X-Request-Id") ?? headers["X-Request-Id"] ?? "";
    const problem = status < 400 ? {} : { instance: requestId, ...("userId" in verdict ? {} : verdict.problem) };
    return new Response(JSON.stringify({ ...body, ...problem }), {
      status,
      headers: { ...headers, "X-Request-Id": requestId, "Content-Type": mediaType },
    });
  };
  return Object.assign(answerTo, { calls });
}

/** The next `times` requests fail; `Infinity` for all that follow. */
export function failTimes(times: number, failure: Failure): Failing {
  return { times, failure };
}

/** The next `times` requests (default 1) are answered 429, with so many seconds in Retry-After. */
export function rateLimit(retryAfterSeconds: number, times = 1): Failing {
  return failTimes(times, { status: 429, retryAfterSeconds });
}

/** The failure that meets the nth request, counted from 1. */
function failureOf(failures: readonly Failing[], nth: number): Failure | undefined {
  let last = 0;
  return failures.find(({ times }) => {
    last += times;
    return nth <= last;
  })?.failure;
}

function recorded({ method, url, headers }: Request, text: string): RecordedCall {
  const segment = userIdSegment(new URL(url).pathname);
  const shown = [...headers].filter(([name]) => !SECRET_HEADERS.has(name));
  return {
    method,
    userId: segment === undefined ? undefined : decoded(segment),
    body: parsed(text),
    headers: Object.fromEntries(shown),
  };
}

const SECRET_HEADERS: ReadonlySet<string> = new Set(
  Object.values(SECURITY_SCHEMES).map((scheme) => ("name" in scheme ? scheme.name.toLowerCase() : "authorization")),
);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

import { withDefaults } from "../check-options.ts";
import { checkRequest, type Violation } from "./check-request.ts";
import { CONTRACT, type Contract, findOperation, type Match } from "./contract.ts";
import { type Answer, problemOf, selectionOf, toResponse } from "./contract-response.ts";
import { checkFailure, type Failing, type Failure, fail, failureOf } from "./failures.ts";
import { type RecordedCall, recordCall } from "./recorded-call.ts";
import { type ContractReply, type ContractRequest, type Respond, replyTo } from "./respond.ts";

export type { Answer, ContractReply, ContractRequest, Failing, Failure, RecordedCall };

export interface ContractFetchOptions {
  /** For the operations that have it; others respond with the first example of their first 2xx. Default: that of all. */
  answer?: Answer | undefined;
  /** Responds to a valid request that is not one of the `failures`; undefined for the response without this option. */
  respond?: Respond | undefined;
  /** Failures of the first requests, in order: `[failTimes(2, "network"), rateLimit(1, 3)]`. */
  failures?: readonly Failing[] | undefined;
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
 * @throws NexusError `config` if an option is invalid, or the contract has no such response; the message lists the available
 * ones. The fetch throws it for a reply of `respond` that does not match the contract, and for a response without an example.
 */
export function createContractFetch(options: ContractFetchOptions = {}): ContractFetch {
  return createFetch(CONTRACT, options);
}

const DEFAULTS = {
  answer: undefined as Answer | undefined,
  failures: [] as readonly Failing[],
  respond: (() => undefined) as Respond,
};

/** A contract fetch for any contract. */
export function createFetch(contract: Contract, options: ContractFetchOptions): ContractFetch {
  const { answer, failures, respond } = withDefaults(DEFAULTS, options);
  failures.forEach(checkFailure);
  const selection = answer === undefined ? undefined : selectionOf(contract, answer);
  const calls: RecordedCall[] = [];
  const contractFetch = async (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const text = await request.text();
    const match = findOperation(contract, request);
    const { operation } = match ?? {};
    const call = recordCall(contract, match, request, text);
    calls.push(call);
    const failure = failureOf(failures, calls.length);
    if (failure !== undefined) return fail(failure, request, operation);
    const violation = checkRequest(contract, match, request, text);
    const { signal } = request;
    const response =
      !violation && operation
        ? await replyTo({ operation, call, signal, respond, selection })
        : rejection(contract, match, violation);
    const requestId = request.headers.get("X-Request-Id") ?? response.headers.get("X-Request-Id") ?? "";
    response.headers.set("X-Request-Id", requestId);
    const isExact = response.status < 400 || response.isExact;
    return toResponse(response, isExact ? {} : { instance: requestId, ...violation?.problem });
  };
  return Object.assign(contractFetch, { calls });
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

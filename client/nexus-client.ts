import type { SyncUserIdentityRequest, SyncUserIdentityResponse } from "../generated/operations.ts";
import { checkBaseUrl, checkCredentials, checkHeaders, checkPlace, checkTime, checkUserId } from "./check-options.ts";
import { type Credentials, createSecretKeeper } from "./credentials.ts";
import { type ClientEvent, quietly } from "./events.ts";
import { isNexusError, NexusError } from "./nexus-error.ts";
import { createCaller } from "./prepared-call.ts";
import { checkAnswer, type ResponseSchema } from "./response-schema.ts";
import { type RetryOptions, retryPolicy } from "./retry.ts";
import { deliver } from "./transport.ts";

export type SyncUserIdentityResult = Extract<SyncUserIdentityResponse, { status: 200 }>["body"];

export interface NexusClientOptions {
  /** Where the API lies, without `/v1`; https, or http on loopback. */
  baseUrl: string;
  credentials: Credentials;
  /** Milliseconds for one attempt, its body included. Default 5,000. */
  timeoutMs?: number;
  /** Milliseconds for a whole call: secrets, attempts and the waits between. Default 15,000. */
  deadlineMs?: number;
  /** Default: at most two more attempts. */
  retry?: RetryOptions;
  /** Default: the global one, looked up at each attempt. */
  fetch?: typeof globalThis.fetch;
  /** Go along with each request. The client's own can't be replaced. Default: none. */
  headers?: Readonly<Record<string, string>>;
  /** The header User-Agent; browsers keep their own. Default `nexus-sync-client`. */
  userAgent?: string;
  /** What an answer must fit besides being a JSON object, such as `nexus-sync-client/validate`. Default: no check. */
  responseSchema?: ResponseSchema;
  /** Is told what calls do on their way. What it throws is dropped. */
  onEvent?: (event: ClientEvent) => void;
  /** Allows http to hosts other than loopback. Default false. */
  allowInsecureHttp?: boolean;
  /** Allows use in a page, where anyone can read the credentials. Default false. */
  dangerouslyAllowBrowser?: boolean;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Milliseconds for one attempt of this call. */
  timeoutMs?: number;
  /** Milliseconds for this call. */
  deadlineMs?: number;
  /**
   * Ends the call at once where the server asks for a pause (429, or any answer with `Retry-After`): for who makes many
   * calls, and lets all of them wait. Default false.
   */
  reportsPauses?: boolean;
}

export interface CallMeta {
  status: number;
  requestId: string;
  durationMs: number;
  /** Requests that were sent: 1 where the first was answered. */
  attempts: number;
}

export type SafeResult = { ok: true; data: SyncUserIdentityResult; meta: CallMeta } | { ok: false; error: NexusError };

export interface NexusClient {
  /**
   * Tells the directory what was asserted at a sign-in, and answers who the user is and the roles for the token.
   * Contract: `PUT /v1/users/{userId}/$sync`. Idempotent. Ends within `deadlineMs`.
   * @throws NexusError, and nothing else.
   */
  syncUserIdentity(
    userId: string,
    body: SyncUserIdentityRequest,
    options?: CallOptions,
  ): Promise<SyncUserIdentityResult>;
  /** The same, with a failure as a value. Never rejects. */
  safeSyncUserIdentity(userId: string, body: SyncUserIdentityRequest, options?: CallOptions): Promise<SafeResult>;
}

/**
 * A client for one server. Holds no connection and needs no end.
 * @throws NexusError `config` if an option can't be used.
 */
export function createNexusClient(options: NexusClientOptions): NexusClient {
  const sync = createSync(options);
  const safely: NexusClient["safeSyncUserIdentity"] = (userId, body, call = {}) =>
    sync(userId, body, call).catch((error: unknown): SafeResult => ({ ok: false, error: asNexusError(error) }));
  return {
    async syncUserIdentity(userId, body, call) {
      const result = await safely(userId, body, call);
      if (!result.ok) throw result.error;
      return result.data;
    },
    safeSyncUserIdentity: safely,
  };
}

function createSync(options: NexusClientOptions) {
  checkPlace(options.dangerouslyAllowBrowser ?? false);
  const call = createCaller(checkBaseUrl(options.baseUrl, options.allowInsecureHttp ?? false));
  const secrets = createSecretKeeper(checkCredentials(options.credentials));
  const usual = {
    timeoutMs: checkTime("timeoutMs", options.timeoutMs ?? 5_000),
    deadlineMs: checkTime("deadlineMs", options.deadlineMs ?? 15_000),
  };
  const retry = retryPolicy(options.retry);
  const own = { Accept: "application/json", "Content-Type": "application/json" };
  const agent = { "User-Agent": options.userAgent ?? "nexus-sync-client" };
  const headers = [...Object.entries(own), ...checkHeaders({ ...agent, ...options.headers })];
  const tell = quietly(options.onEvent);

  return async (userId: string, body: SyncUserIdentityRequest, how: CallOptions): Promise<SafeResult> => {
    checkUserId(userId);
    const requestId = crypto.randomUUID();
    const start = performance.now();
    const transport = {
      ...{ secrets, tell, signal: how.signal, retry: { ...retry, reportsPauses: how.reportsPauses ?? false } },
      timeoutMs: checkTime("timeoutMs", how.timeoutMs ?? usual.timeoutMs),
      deadlineMs: checkTime("deadlineMs", how.deadlineMs ?? usual.deadlineMs),
    };
    const end = (ok: boolean, { kind, status }: Partial<NexusError>) => {
      tell({ type: "end", ok, kind, status, durationMs: performance.now() - start, requestId });
    };
    try {
      const answer = await call(userId, body, (url, text) => {
        const sent = [...headers, ["X-Request-Id", requestId] as const];
        return deliver({ url, body: text, headers: sent, requestId, fetch: options.fetch }, transport);
      });
      const { data, attempts, status } = answer;
      if (options.responseSchema) await checkAnswer(options.responseSchema, data, answer.requestId);
      end(true, { status });
      const meta = { status, requestId: answer.requestId, durationMs: performance.now() - start, attempts };
      // The contract's server promises it; `responseSchema` is for those who do not rely on that.
      return { ok: true, data: data as SyncUserIdentityResult, meta };
    } catch (error) {
      end(false, asNexusError(error));
      throw error;
    }
  };
}

function asNexusError(error: unknown): NexusError {
  return isNexusError(error)
    ? error
    : new NexusError("config", "The request can't be written as JSON.", { cause: error });
}

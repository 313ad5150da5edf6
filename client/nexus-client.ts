import createClient from "openapi-fetch";
import { OPERATIONS, type SyncUserIdentityAnswer, type SyncUserIdentityRequest } from "../generated/operations.ts";
import type { paths } from "../generated/types.ts";
import { checkBaseUrl, checkCredentials, checkTimeout } from "./check-options.ts";
import type { Credentials } from "./credentials.ts";
import { isNexusError, NexusError } from "./nexus-error.ts";
import { notJson, send } from "./transport.ts";

type SyncUserIdentityResult = Extract<SyncUserIdentityAnswer, { status: 200 }>["body"];

export interface NexusClientOptions {
  /** Where the API lies, without `/v1`; https, or http on loopback. */
  baseUrl: string;
  credentials: Credentials;
  /** Milliseconds for one call, its body and the secrets' sources included. Default 5,000. */
  timeoutMs?: number;
  /** Default: the global one, looked up at each call. */
  fetch?: typeof globalThis.fetch;
  /** Allows http to hosts other than loopback. Default false. */
  allowInsecureHttp?: boolean;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Milliseconds, for this call. */
  timeoutMs?: number;
}

export interface CallMeta {
  status: number;
  requestId: string;
  durationMs: number;
}

export type SafeResult = { ok: true; data: SyncUserIdentityResult; meta: CallMeta } | { ok: false; error: NexusError };

export interface NexusClient {
  /**
   * Tells the directory what was asserted at a sign-in, and answers who the user is and the roles for the token.
   * Contract: `PUT /v1/users/{userId}/$sync`. Idempotent.
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
  const baseUrl = checkBaseUrl(options.baseUrl, options.allowInsecureHttp ?? false);
  const credentials = checkCredentials(options.credentials);
  const usualTimeoutMs = checkTimeout(options.timeoutMs ?? 5_000);
  // The only use of openapi-fetch (no releases since 2026-09): typed paths and the path's encoding.
  const api = createClient<paths>({ baseUrl });

  const sync = async (userId: string, body: SyncUserIdentityRequest, call: CallOptions): Promise<SafeResult> => {
    checkUserId(userId);
    const start = performance.now();
    const transport = {
      credentials,
      timeoutMs: checkTimeout(call.timeoutMs ?? usualTimeoutMs),
      signal: call.signal,
      requestId: crypto.randomUUID(),
      fetch: options.fetch,
    };
    const { data, response } = await api
      .PUT(OPERATIONS.SyncUserIdentity.path, {
        params: { path: { userId } },
        body,
        fetch: (request) => send(request, transport),
      })
      .catch((error: unknown) => {
        // What is no NexusError was thrown by openapi-fetch, which parses a good answer's text as JSON.
        throw error instanceof SyntaxError ? notJson(undefined, transport.requestId) : error;
      });
    const requestId = response.headers.get("X-Request-Id") ?? transport.requestId;
    if (typeof data !== "object" || data === null || Array.isArray(data)) throw notJson(response.status, requestId);
    return { ok: true, data, meta: { status: response.status, requestId, durationMs: performance.now() - start } };
  };
  const safely = (...call: Parameters<typeof sync>) =>
    sync(...call).catch((error: unknown): SafeResult => ({ ok: false, error: asNexusError(error) }));

  return {
    async syncUserIdentity(userId, body, call = {}) {
      const result = await safely(userId, body, call);
      if (!result.ok) throw result.error;
      return result.data;
    },
    safeSyncUserIdentity: (userId, body, call = {}) => safely(userId, body, call),
  };
}

/** One path segment that no URL parser takes for another path (WHATWG URL section 4.4, dot segments). */
function checkUserId(userId: string): void {
  if (userId === "" || userId === "." || userId === "..") {
    throw new NexusError("config", "userId must be neither empty nor a dot segment.");
  }
  if (!userId.isWellFormed()) throw new NexusError("config", "userId must not hold a lone surrogate.");
}

function asNexusError(error: unknown): NexusError {
  return isNexusError(error)
    ? error
    : new NexusError("config", "The request can't be written as JSON.", { cause: error });
}

import type { SyncUserIdentityRequest } from "../generated/operations.ts";
import type { SyncUserIdentityResult } from "../generated/types.ts";
import { callApi, REQUEST_ID } from "./api-call.ts";
import {
  checkBaseUrl,
  checkCredentials,
  checkHeaders,
  checkLimit,
  checkRuntime,
  checkUserId,
} from "./check-options.ts";
import { type Credentials, createSecretProvider } from "./credentials.ts";
import { isNexusError, NexusError } from "./nexus-error.ts";
import { checkResponse, type ResponseSchema } from "./response-schema.ts";
import { MAX_RESPONSE_BYTES } from "./response-text.ts";
import type { RetryOptions } from "./retry.ts";
import { type ClientEvent, sendWithRetries } from "./send.ts";

export interface NexusClientOptions {
  /** URL of the API without `/v1`: https, or http on loopback. */
  baseUrl: string;
  credentials: Credentials;
  /** Milliseconds for one attempt, including the response body. Default 5,000. */
  timeoutMs?: number;
  /** Milliseconds for a whole call: secrets, attempts and backoff. Default 15,000. */
  deadlineMs?: number;
  /** Maximum size of a response body, in bytes after decompression. Default 10,000,000. */
  maxResponseBytes?: number;
  /** Default: at most two retries. */
  retry?: RetryOptions;
  /** Default: the global one, looked up at each attempt. */
  fetch?: typeof globalThis.fetch;
  /** Added to each request. The client's own headers can't be replaced. Default: none. */
  headers?: Readonly<Record<string, string>>;
  /** The header User-Agent; browsers keep their own. Default `nexus-sync-client`. */
  userAgent?: string;
  /** A schema that results must match, such as the one of `nexus-sync-client/validate`. Default: no check. */
  responseSchema?: ResponseSchema;
  /** Called for each attempt, refresh and retry, and at the end of a call. Errors it throws are ignored. */
  onEvent?: (event: ClientEvent) => void;
  /** Allows http to hosts other than loopback. Default false. */
  allowInsecureHttp?: boolean;
  /** Allows use in a browser page, where anyone can read the credentials. Default false. */
  dangerouslyAllowBrowser?: boolean;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Milliseconds for one attempt of this call. */
  timeoutMs?: number;
  /** Milliseconds for this call. */
  deadlineMs?: number;
  /**
   * Fails the call at once after a 429 or a response with `Retry-After`: for callers that make many calls and pause all
   * of them. Default false.
   */
  reportsPauses?: boolean;
}

export interface CallMeta {
  status: number;
  requestId: string;
  durationMs: number;
  /** Requests sent: 1 if the first succeeded. */
  attempts: number;
}

export type SafeResult = { ok: true; data: SyncUserIdentityResult; meta: CallMeta } | { ok: false; error: NexusError };

export interface NexusClient {
  /**
   * Syncs the identity asserted at a sign-in; returns the user and the roles for the token. Idempotent.
   * Contract: `PUT /v1/users/{userId}/$sync`. Settles within `deadlineMs`.
   * @throws NexusError only.
   */
  syncUserIdentity(
    userId: string,
    body: SyncUserIdentityRequest,
    options?: CallOptions,
  ): Promise<SyncUserIdentityResult>;
  /** The same, with the error as a value. Never rejects. */
  safeSyncUserIdentity(userId: string, body: SyncUserIdentityRequest, options?: CallOptions): Promise<SafeResult>;
}

/**
 * Creates a client for one server. It holds no connections, so it need not be closed.
 * @throws NexusError `config` if an option is invalid.
 */
export function createNexusClient(options: NexusClientOptions): NexusClient {
  const safeSyncUserIdentity = createSync(options);
  return {
    safeSyncUserIdentity,
    async syncUserIdentity(userId, body, call) {
      const result = await safeSyncUserIdentity(userId, body, call);
      if (!result.ok) throw result.error;
      return result.data;
    },
  };
}

function createSync(options: NexusClientOptions): NexusClient["safeSyncUserIdentity"] {
  checkRuntime(options.dangerouslyAllowBrowser ?? false);
  const baseUrl = checkBaseUrl(options.baseUrl, options.allowInsecureHttp ?? false);
  const secrets = createSecretProvider(checkCredentials(options.credentials));
  const timeoutMs = checkLimit("timeoutMs", options.timeoutMs ?? 5_000);
  const deadlineMs = checkLimit("deadlineMs", options.deadlineMs ?? 15_000);
  const maxResponseBytes = checkLimit("maxResponseBytes", options.maxResponseBytes ?? MAX_RESPONSE_BYTES);
  const userAgent = options.userAgent ?? "nexus-sync-client";
  const added = Object.entries(checkHeaders({ "User-Agent": userAgent, ...options.headers }));
  const emit = (event: ClientEvent) => {
    try {
      options.onEvent?.(event);
    } catch {
      // Ignored, as documented for the option.
    }
  };

  return async (userId, body, call = {}) => {
    const start = performance.now();
    const requestId = crypto.randomUUID();
    const end = (ok: boolean, { kind, status }: Partial<NexusError>): number => {
      const durationMs = performance.now() - start;
      emit({ type: "end", ok, kind, status, durationMs, requestId });
      return durationMs;
    };
    try {
      checkUserId(userId);
      const sending = {
        ...call,
        ...options,
        headers: [["Accept", "application/json"], ...added, [REQUEST_ID, requestId]] as const,
        ...{ requestId, secrets, emit, maxResponseBytes },
        timeoutMs: checkLimit("timeoutMs", call.timeoutMs ?? timeoutMs),
        deadlineMs: checkLimit("deadlineMs", call.deadlineMs ?? deadlineMs),
      };
      const send = (request: Request) => sendWithRetries(request, sending);
      const { data, meta } = await callApi({ baseUrl, userId, body, send });
      if (options.responseSchema) await checkResponse(options.responseSchema, data, meta);
      return { ok: true, data, meta: { ...meta, durationMs: end(true, meta) } };
    } catch (thrown) {
      // Other errors are caused by arguments of a wrong type, from callers in JavaScript.
      const error = isNexusError(thrown)
        ? thrown
        : new NexusError("config", "An argument is invalid.", { cause: thrown });
      end(false, error);
      return { ok: false, error };
    }
  };
}

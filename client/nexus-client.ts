import { type CredentialsOption, type Methods, ROUTES, type Route } from "../generated/operations.ts";
import { callApi } from "./api-call.ts";
import {
  type Complete,
  checkBaseUrl,
  checkHeaders,
  checkRequestId,
  checkRuntime,
  FROM_0,
  withDefaults,
} from "./check-options.ts";
import { createCredentials, type SecretSource } from "./credentials.ts";
import { type Call, createMethods, type NexusClient } from "./methods.ts";
import { isNexusError, NexusError } from "./nexus-error.ts";
import { REQUEST_ID } from "./read-response.ts";
import { MAX_RESPONSE_BYTES } from "./response-body.ts";
import type { ResponseSchema } from "./response-schema.ts";
import { RETRY, type RetryOptions } from "./retry.ts";
import {
  type ApiRequest,
  type CallOptions,
  type ClientEvent,
  type Emit,
  type FetchOption,
  sendWithRetries,
} from "./send.ts";

export type { CallMeta, NexusClient, SafeResult } from "./methods.ts";
export type { CallOptions, FetchOption } from "./send.ts";

export interface NexusClientOptions extends CredentialsOption<SecretSource> {
  /** URL of the API without `/v1`: https, or http on loopback. */
  baseUrl: string;
  /** Milliseconds for one attempt, including the response body. Default 5,000. */
  timeoutMs?: number | undefined;
  /** Milliseconds for a whole call: secrets, attempts, backoff and `responseSchema`. Default 15,000. */
  deadlineMs?: number | undefined;
  /** Maximum size of a response body, in bytes after decompression. Default 10,000,000. */
  maxResponseBytes?: number | undefined;
  /** Default: at most two retries. Operations that are not idempotent are never retried. */
  retry?: RetryOptions | undefined;
  /** Default: the global one, looked up at each attempt. */
  fetch?: FetchOption | undefined;
  /** Added to each request. The client's own headers can't be replaced. Default: none. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** The header User-Agent; browsers keep their own. Default `nexus-sync-client`. */
  userAgent?: string | undefined;
  /** A schema that results must match, such as the one of `nexus-sync-client/validate`. Default: no check. */
  responseSchema?: ResponseSchema | { readonly [Name in keyof Methods]?: ResponseSchema } | undefined;
  /** Called for each attempt, refresh and retry, and at the end of a call. Errors it throws are ignored. */
  onEvent?: ((event: ClientEvent) => void) | undefined;
  /** Allows http to hosts other than loopback. Default false. */
  allowInsecureHttp?: boolean | undefined;
  /** Allows use in a browser page, where anyone can read the credentials. Default false. */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/**
 * Creates a client for one server. It holds no connections, so it need not be closed.
 * @throws NexusError `config` if an option is invalid.
 */
export function createNexusClient(options: NexusClientOptions): NexusClient {
  // ROUTES has the operations of Methods, and each call returns what its route declares.
  return createMethods(createCall(options, ROUTES), ROUTES) as unknown as NexusClient;
}

/** Undefined: without a default, and checked by its own function. */
const DEFAULTS: { [Name in keyof NexusClientOptions]-?: NexusClientOptions[Name] | undefined } = {
  baseUrl: undefined,
  credentials: undefined,
  timeoutMs: 5_000,
  deadlineMs: 15_000,
  maxResponseBytes: MAX_RESPONSE_BYTES,
  retry: {},
  fetch: (...request) => globalThis.fetch(...request),
  headers: {},
  userAgent: "nexus-sync-client",
  responseSchema: undefined,
  onEvent: () => {},
  allowInsecureHttp: false,
  dangerouslyAllowBrowser: false,
};

/** Returns the function that makes one call of any of the operations. */
export function createCall(given: NexusClientOptions, routes: Readonly<Record<string, Route>>): Call {
  // Of the options without a default, each is checked below.
  const options = withDefaults(DEFAULTS, given) as Complete<NexusClientOptions>;
  checkRuntime(options.dangerouslyAllowBrowser);
  const baseUrl = checkBaseUrl(options.baseUrl, options.allowInsecureHttp);
  const secretsFor = createCredentials(options.credentials, Object.values(routes));
  const schemaOf = schemasFrom(Object.keys(routes), options.responseSchema);
  const retry = withDefaults(RETRY, options.retry, "retry.", FROM_0);
  const added = checkHeaders({ "User-Agent": options.userAgent, ...options.headers });
  return async (name, route, args) => {
    const start = performance.now();
    let requestId = "";
    let attempts = 0;
    const emit: Emit = (event) => {
      if (event.type === "attempt") attempts += 1;
      // Errors, also of an async function, are ignored, as documented for the option.
      (async () => options.onEvent({ ...event, requestId }))().catch(() => {});
    };
    const end = (ok: boolean, { kind, status }: Partial<NexusError>): number => {
      const durationMs = performance.now() - start;
      emit({ type: "end", ok, kind, status, durationMs });
      return durationMs;
    };
    try {
      requestId = requestIdOf(route, args);
      const send = (request: ApiRequest, call: Complete<Omit<CallOptions, "requestId">>) =>
        sendWithRetries(request, {
          ...options,
          ...call,
          ...{ route, requestId, emit, schema: schemaOf(name), secrets: secretsFor(route) },
          operation: `${route.method} ${baseUrl}${route.path}`,
          retry: route.isIdempotent ? retry : { ...retry, limit: 0 },
        });
      const headers = { ...added, Accept: route.accept, [REQUEST_ID]: requestId };
      const { timeoutMs, deadlineMs } = options;
      const limits = { timeoutMs, deadlineMs };
      const { data, response, ...received } = await callApi({ baseUrl, route, args, headers, limits, send });
      const meta = { ...received, attempts, durationMs: end(true, received) };
      return { ok: true, status: meta.status, headers: response.headers, data, meta };
    } catch (thrown) {
      // Other errors are caused by arguments of a wrong type, from callers in JavaScript.
      const error = isNexusError(thrown)
        ? thrown
        : new NexusError("config", "An argument is invalid.", { cause: thrown });
      const { kind, message, headers, cause } = error;
      const details = { ...error, headers, cause, attempts, durationMs: end(false, error) };
      // A copy, because calls that wait for the same refresh share its error.
      return { ok: false, error: new NexusError(kind, message, details) };
    }
  };
}

/** Returns the function that finds the schema of an operation. */
function schemasFrom(names: readonly string[], given: NexusClientOptions["responseSchema"] = {}) {
  if ("~standard" in Object(given)) return () => given as ResponseSchema;
  const none = Object.fromEntries(names.map((name) => [name, undefined]));
  const schemas: Record<string, ResponseSchema | undefined> = withDefaults(none, given, "responseSchema.");
  return (name: string) => schemas[name];
}

/** The options follow the path parameters and the body. A page without TLS has no randomUUID. */
function requestIdOf({ path, body }: Route, args: readonly unknown[]): string {
  const { requestId }: CallOptions = Object(args[path.split("{").length - (body ? 0 : 1)]);
  return requestId === undefined ? (crypto.randomUUID?.() ?? `${Math.random()}`) : checkRequestId(requestId);
}

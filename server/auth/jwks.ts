import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { createRemoteJWKSet, customFetch, type FetchImplementation } from "jose";
import type { Logger } from "pino";
import { ConfigurationError } from "../configuration-error.ts";
import { Problem } from "../http/problem.ts";
import { parseJson } from "../json-text.ts";
import { type FindKey, readKeySet } from "./key-set.ts";

const MAX_BYTES = 1_048_576;
/** Age in milliseconds at which a key set is fetched again. */
const REFRESH_MS = 600_000;
/** Milliseconds for which cached keys are used while no newer set can be fetched. */
const USABLE_MS = 3_600_000;
/** Minimum milliseconds between two fetches, so that unknown key ids do not flood the issuer with requests. */
const COOLDOWN_MS = 5_000;
const WARNING_INTERVAL_MS = 60_000;

/**
 * The keys of a JWKS endpoint, cached. `timeoutMs` limits one fetch including its body. While the endpoint is
 * unavailable, a token whose key is not cached is a 503.
 *
 * Adds three things to jose's `createRemoteJWKSet`:
 * - A refresh after ten minutes. jose has one limit, `cacheMaxAge`, for refreshing a set and for using it: an hour.
 * - A cooldown after a failure. jose has one after a success only; `customFetch` repeats the failure for five seconds.
 * - A size limit, and no decompression. `fetch` decodes a compressed body before the caller sees the headers
 *   (CVE-2026-111497), so `customFetch` uses `node:http`.
 * @throws ConfigurationError if the URL can't be used.
 */
export function jwksFromUrl(text: string, { log, timeoutMs = 3_000 }: { log: Logger; timeoutMs?: number }): FindKey {
  const url = jwksUrl(text);
  const state: FetchState = { loadedAt: Number.NEGATIVE_INFINITY };
  const keys = createRemoteJWKSet(url, {
    [customFetch]: createFetch(url, state, log),
    headers: { Accept: "application/jwk-set+json, application/json", "Accept-Encoding": "identity" },
    timeoutDuration: timeoutMs,
    cacheMaxAge: USABLE_MS,
    cooldownDuration: COOLDOWN_MS,
  });
  return async (header) => {
    if (!isWithin(REFRESH_MS, state.loadedAt)) {
      const refreshed = keys.reload().catch(() => "logged by customFetch");
      // Waits, so that a withdrawn key is rejected. In an outage, waiting would only delay requests.
      if (state.failure === undefined) await refreshed;
    }
    return keys(header);
  };
}

/** @throws ConfigurationError without the URL, which may contain a secret. */
function jwksUrl(text: string): URL {
  const url = URL.parse(text);
  const isLoopback = /^(localhost|\[::1\]|127(\.\d+){3})$/.test(url?.hostname ?? "");
  // A key set changed in transit would make forged tokens valid.
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback);
  if (url && isSafe && !url.username && !url.password) return url;
  throw new ConfigurationError(
    "The URL of the key set must be https, or http to a loopback address, without user name and password.",
    { setting: "jwks-url" },
  );
}

interface FetchState {
  /** Start times of the last successful fetch, and of the last failed fetch since then, in milliseconds since 1970. */
  loadedAt: number;
  failure?: { at: number; error: unknown } | undefined;
}

function createFetch(url: URL, state: FetchState, log: Logger): FetchImplementation {
  let warnedAt = Number.NEGATIVE_INFINITY;
  const warn = (error: unknown) => {
    if (isWithin(WARNING_INTERVAL_MS, warnedAt)) return;
    warnedAt = Date.now();
    const reason = error instanceof Error ? error.message : String(error);
    const usableUntil = state.loadedAt > 0 ? new Date(state.loadedAt + USABLE_MS).toISOString() : undefined;
    // Without the query, which may contain a secret.
    log.warn({ jwks: `${url.origin}${url.pathname}`, reason, usableUntil }, "the key set can't be fetched");
  };
  return async (_url, options) => {
    if (state.failure && isWithin(COOLDOWN_MS, state.failure.at)) throw unavailable(state.failure.error);
    const at = Date.now();
    try {
      const { set } = readKeySet(parseJson(await download(url, options)));
      Object.assign(state, { loadedAt: at, failure: undefined });
      return Response.json(set);
    } catch (error) {
      state.failure = { at, error };
      warn(error);
      throw unavailable(error);
    }
  };
}

function unavailable(cause: unknown): Problem {
  return new Problem("unavailable", { headers: { "Retry-After": String(COOLDOWN_MS / 1_000) }, cause });
}

/** The body of a response with status 200 and no content coding. */
async function download(url: URL, { headers, signal }: Parameters<FetchImplementation>[1]): Promise<Uint8Array> {
  const { get } = url.protocol === "https:" ? https : http;
  // No keep-alive: the next fetch is minutes away.
  const request = get(url, { headers: Object.fromEntries(headers), signal, agent: false });
  try {
    const response = new Promise<IncomingMessage>((resolve, reject) =>
      request.once("response", resolve).on("error", reject),
    );
    return await readBody(await response);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    request.destroy();
  }
}

async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  if (response.statusCode !== 200) throw new Error(`The status is ${response.statusCode}, not 200.`);
  if (response.headers["content-encoding"] !== undefined) throw new Error("The response has a Content-Encoding.");
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`The response is larger than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Also false if the clock has been set back to a time before `since`. */
function isWithin(ms: number, since: number): boolean {
  const age = Date.now() - since;
  return age >= 0 && age < ms;
}

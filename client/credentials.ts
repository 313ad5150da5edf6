import type { Alternative, CredentialForms, Route } from "../generated/operations.ts";
import { causeOf, withoutData } from "./causes.ts";
import { withDefaults } from "./check-options.ts";
import { NexusError } from "./nexus-error.ts";

/** A secret, or a function that returns it. */
export type SecretSource = string | ((ask: SecretAsk) => string | Promise<string>);
export interface SecretAsk {
  /** True after the last secret was rejected with 401; the function must then bypass its cache. */
  forceRefresh: boolean;
  /** Aborts if the call ends first; of a refresh, which several calls share, after 30 s. */
  signal: AbortSignal;
}

/** One form for each alternative in the contract, such as `Bearer` together with `ApplicationToken`, or `Basic`. */
export type Credentials = CredentialForms<SecretSource>;

/** The headers of a client's credentials, and how many refreshes preceded them. */
export interface Secrets {
  headers: Readonly<Record<string, string>>;
  refresh: number;
}

export type SecretProvider = ReturnType<typeof createSecretProvider>;

/** Secrets of the header Authorization, in its order. */
const SECRETS: Readonly<Record<string, readonly string[]>> = { basic: ["username", "password"], bearer: ["token"] };
/** Characters that a secret must not contain; others must be visible ASCII. */
const FORBIDDEN: Readonly<Record<string, RegExp>> = { username: /[:\p{Cc}]/u, password: /\p{Cc}/u };
/** Time limit of a refresh, in milliseconds; each call waits for it within its own deadline. */
const REFRESH_MS = 30_000;
/** No credentials. */
const NONE: readonly Alternative[] = [{}];

type Given = Readonly<Record<string, SecretSource | undefined>>;

/**
 * Returns the function that chooses the provider of a route: the one of its first alternative whose secrets are given.
 * Routes with the same alternative share a provider.
 * @throws NexusError `config` for what the compiler refuses, from callers in JavaScript; the returned function too.
 */
export function createCredentials(credentials: Credentials | undefined, routes: readonly Route[]) {
  const given: Given = Object(credentials);
  const isMissing = (name: string) => typeof given[name] !== "string" && typeof given[name] !== "function";
  const gapIn = (alternative: Alternative) =>
    alternative.http && alternative.http !== given.type ? "type" : namesIn(alternative).find(isMissing);
  const fail = (alternatives: readonly Alternative[], place = "") => {
    const gap = alternatives.map(gapIn).find((name) => name !== "type") ?? "type";
    return new NexusError("config", `credentials.${gap} is missing or invalid${place}.`);
  };
  const isUsed = ({ http, keys }: Alternative) => !credentials || Boolean(http ?? keys);
  const used = routes.flatMap(({ security = NONE }) => security).filter(isUsed);
  const isForm = given.type === "apiKey" || used.some(({ http }) => http === given.type);
  if (used.every(gapIn) || (credentials && !isForm)) throw fail(used);
  const names = used.filter((one) => gapIn(one) !== "type").flatMap(namesIn);
  withDefaults(Object.fromEntries(["type", ...names].map((name) => [name, undefined])), given, "credentials.");
  const providers = new Map<string, SecretProvider>();
  return ({ method, path, security = NONE }: Route): SecretProvider => {
    const alternative = security.find((one) => !gapIn(one));
    if (!alternative) throw fail(security, ` for ${method} ${path}`);
    const key = JSON.stringify(alternative);
    const provider = providers.get(key) ?? createSecretProvider(alternative, given);
    providers.set(key, provider);
    return provider;
  };
}

function namesIn({ http, keys = {} }: Alternative): string[] {
  return [...((http && SECRETS[http]) ?? []), ...Object.keys(keys)];
}

function createSecretProvider(alternative: Alternative, given: Given) {
  const { http, keys } = alternative;
  const names = namesIn(alternative);
  let latest: Secrets = { headers: {}, refresh: 0 };
  let pending: Promise<Secrets> | undefined;
  const clear = () => {
    pending = undefined;
  };
  const headersOf = async (ask: SecretAsk): Promise<Secrets["headers"]> => {
    const secrets = await Promise.all(names.map((name) => secretFrom(name, given[name], ask)));
    const headers: Record<string, string> = {};
    if (http === "basic") headers.Authorization = `Basic ${base64(secrets.splice(0, 2).join(":"))}`;
    if (http === "bearer") headers.Authorization = `Bearer ${secrets.shift()}`;
    for (const header of Object.values(keys ?? {})) headers[header] = secrets.shift() ?? "";
    return headers;
  };
  const refresh = async () => {
    // Not the signal of a single call, because other calls wait for the same refresh.
    const signal = AbortSignal.timeout(REFRESH_MS);
    // A source may ignore the signal, and never settle: later calls then start another refresh.
    signal.onabort = clear;
    const headers = await headersOf({ forceRefresh: true, signal });
    latest = { headers, refresh: latest.refresh + 1 };
    return latest;
  };
  return {
    /** False if all secrets are strings, which a refresh can't change. */
    canRefresh: names.some((name) => typeof given[name] === "function"),
    /** @throws NexusError `auth` if a secret is unavailable, empty, not a string or not allowed in a header. */
    async get(signal: AbortSignal): Promise<Secrets> {
      // Read before the sources are called: a refresh may end while they run.
      const { refresh } = latest;
      return { headers: await headersOf({ forceRefresh: false, signal }), refresh };
    },
    /** Newer secrets than `rejected`; calls that were rejected together share one refresh. */
    async refresh(rejected: Secrets): Promise<Secrets> {
      if (latest.refresh > rejected.refresh) return latest;
      pending ??= refresh().finally(clear);
      return pending;
    },
  };
}

async function secretFrom(name: string, source: SecretSource | undefined, ask: SecretAsk): Promise<string> {
  // From callers in JavaScript, a source returns anything.
  let secret: unknown;
  try {
    secret = typeof source === "function" ? await source(ask) : source;
  } catch (cause) {
    const message = String(Object(cause).message ?? cause);
    throw new NexusError("auth", `The source of '${name}' failed: ${message}${causeOf(cause).words}`, {
      cause: withoutData(cause),
    });
  }
  if (typeof secret !== "string" || !secret) throw new NexusError("auth", `The ${name} is empty or not a string.`);
  if (!(FORBIDDEN[name] ?? /[^!-~]/).test(secret)) return secret;
  // The runtime's error would contain the value.
  throw new NexusError("auth", `The ${name} has a character not allowed in a header, such as a line end.`);
}

/** Base64 of UTF-8 (RFC 7617 section 2.1); btoa accepts Latin-1 only. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

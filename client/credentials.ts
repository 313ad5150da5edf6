import type { Alternative, CredentialForms, Route } from "../generated/operations.ts";
import { NexusError } from "./nexus-error.ts";

/**
 * A secret, or a function that returns it. `signal` aborts if the call ends first. `forceRefresh` is true after the
 * last secret was rejected with 401; the function must then bypass its cache.
 */
export type SecretSource = string | ((ask: SecretAsk) => string | Promise<string>);
export interface SecretAsk {
  forceRefresh: boolean;
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

const NOT_VISIBLE_ASCII = /[^!-~]|^$/;
/** Secrets of the header Authorization, and the characters that they must not contain. */
const SECRETS: Readonly<Record<string, Record<string, RegExp>>> = {
  basic: { username: /[:\p{Cc}]/u, password: /\p{Cc}/u },
  bearer: { token: NOT_VISIBLE_ASCII },
};
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
  const gapIn = ({ http, keys = {} }: Alternative) =>
    http && http !== given.type ? "type" : Object.keys({ ...SECRETS[http ?? ""], ...keys }).find(isMissing);
  const fail = (alternatives: readonly Alternative[], place = "") => {
    const gap = alternatives.map(gapIn).find((name) => name !== "type") ?? "type";
    return new NexusError("config", `credentials.${gap} is missing or invalid${place}.`);
  };
  const isUsed = ({ http, keys }: Alternative) => !credentials || Boolean(http ?? keys);
  const used = routes.flatMap(({ security = NONE }) => security).filter(isUsed);
  if (used.every(gapIn)) throw fail(used);
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

function createSecretProvider({ http, keys = {} }: Alternative, given: Given) {
  const names = [
    ...Object.entries(SECRETS[http ?? ""] ?? {}),
    ...Object.keys(keys).map((name) => [name, NOT_VISIBLE_ASCII] as const),
  ];
  // None is missing, because the alternative was chosen for that.
  const sources = names.map(([name, invalid]) => ({ name, source: given[name] ?? "", invalid }));
  let latest: Secrets = { headers: {}, refresh: 0 };
  let pending: Promise<Secrets> | undefined;
  const headersOf = async (ask: SecretAsk): Promise<Secrets["headers"]> => {
    const secrets = await Promise.all(sources.map(async (one) => [one.name, await secretFrom(one, ask)] as const));
    const { token, username, password, ...rest } = Object.fromEntries(secrets);
    const headers = Object.entries(keys).map(([name, header]) => [header, rest[name] ?? ""]);
    if (http === "basic") headers.push(["Authorization", `Basic ${base64(`${username}:${password}`)}`]);
    if (http === "bearer") headers.push(["Authorization", `Bearer ${token}`]);
    return Object.fromEntries(headers);
  };
  const refresh = async () => {
    // Not the signal of a single call, because other calls wait for the same refresh.
    const headers = await headersOf({ forceRefresh: true, signal: AbortSignal.timeout(REFRESH_MS) });
    latest = { headers, refresh: latest.refresh + 1 };
    return latest;
  };
  return {
    /** False if all secrets are strings, which a refresh can't change. */
    canRefresh: sources.some(({ source }) => typeof source === "function"),
    /** @throws NexusError `auth` if a secret is unavailable or contains characters not allowed in a header. */
    async get(signal: AbortSignal): Promise<Secrets> {
      // Read before the sources are called: a refresh may end while they run.
      const { refresh } = latest;
      return { headers: await headersOf({ forceRefresh: false, signal }), refresh };
    },
    /** Newer secrets than `rejected`; calls that were rejected together share one refresh. */
    async refresh(rejected: Secrets): Promise<Secrets> {
      if (latest.refresh > rejected.refresh) return latest;
      pending ??= refresh().finally(() => {
        pending = undefined;
      });
      return pending;
    },
  };
}

interface NamedSource {
  name: string;
  source: SecretSource;
  invalid: RegExp;
}

async function secretFrom({ name, source, invalid }: NamedSource, ask: SecretAsk): Promise<string> {
  try {
    const secret = typeof source === "string" ? source : await source(ask);
    if (!invalid.test(secret)) return secret;
  } catch (cause) {
    throw new NexusError("auth", `The source of '${name}' failed.`, { cause });
  }
  // The runtime's error would contain the value.
  throw new NexusError("auth", `The ${name} contains characters that are not allowed in a header.`);
}

/** Base64 of UTF-8 (RFC 7617 section 2.1); btoa accepts Latin-1 only. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

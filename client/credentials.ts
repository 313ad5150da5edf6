import { API_KEY_HEADERS } from "../generated/operations.ts";
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

/** The two alternatives in the contract: `Bearer` together with `ApplicationToken`, or `Basic`. */
export type Credentials =
  | { type: "bearer"; token: SecretSource; applicationToken: SecretSource }
  | { type: "basic"; username: string; password: SecretSource };

/** The headers of a client's credentials, and how many refreshes preceded them. */
export interface Secrets {
  headers: Readonly<Record<string, string>>;
  refresh: number;
}

export type SecretProvider = ReturnType<typeof createSecretProvider>;

const NOT_VISIBLE_ASCII = /[^!-~]|^$/;
/** Secrets of each type, in the order of the header, and the characters that they must not contain. */
const SECRETS: Readonly<Record<string, Record<string, RegExp>>> = {
  basic: { username: /[:\p{Cc}]/u, password: /\p{Cc}/u },
  bearer: { token: NOT_VISIBLE_ASCII, applicationToken: NOT_VISIBLE_ASCII },
};
/** Time limit of a refresh, in milliseconds; each call waits for it within its own deadline. */
const REFRESH_MS = 30_000;

/** @throws NexusError `config` for what the compiler refuses, from callers in JavaScript. */
export function createSecretProvider(credentials: Credentials) {
  const { type, ...given } = Object(credentials) as Record<string, SecretSource> & { type: string };
  // `given` has no `type`, so another type is invalid itself.
  const required = Object.entries((Object.hasOwn(SECRETS, type) && SECRETS[type]) || { type: /$/ });
  const sources = required.map(([name, invalid]) => {
    const source = given[name];
    if (typeof source === "string" || typeof source === "function") return { name, source, invalid };
    throw new NexusError("config", `credentials.${name} is missing or invalid.`);
  });
  let latest: Secrets = { headers: {}, refresh: 0 };
  let pending: Promise<Secrets> | undefined;
  const headersOf = async (ask: SecretAsk): Promise<Secrets["headers"]> => {
    const [first = "", second = ""] = await Promise.all(sources.map((one) => secretFrom(one, ask)));
    if (type === "basic") return { Authorization: `Basic ${base64(`${first}:${second}`)}` };
    return { Authorization: `Bearer ${first}`, [API_KEY_HEADERS.ApplicationToken]: second };
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

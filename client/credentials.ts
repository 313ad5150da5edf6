import { SECURITY_SCHEMES } from "../generated/operations.ts";
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

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The headers of a client's credentials, and how many refreshes preceded them. */
export interface Secrets {
  headers: HeaderList;
  refresh: number;
}

export type SecretProvider = ReturnType<typeof createSecretProvider>;

const VISIBLE_ASCII = /^[!-~]+$/;
/** Time limit of a refresh, in milliseconds; each call waits for it within its own deadline. */
const REFRESH_MS = 30_000;

export function createSecretProvider(credentials: Credentials) {
  const sources =
    credentials.type === "basic" ? [credentials.password] : [credentials.token, credentials.applicationToken];
  const canRefresh = sources.some((source) => typeof source !== "string");
  let latest: Secrets | undefined;
  let pending: Promise<Secrets> | undefined;
  const refreshes = () => latest?.refresh ?? 0;
  const refresh = async () => {
    // Not the signal of a single call, because other calls wait for the same refresh.
    const ask = { forceRefresh: true, signal: AbortSignal.timeout(REFRESH_MS) };
    const headers = await credentialHeaders(credentials, ask);
    latest = { headers, refresh: refreshes() + 1 };
    return latest;
  };
  return {
    /** False if all secrets are strings, which a refresh can't change. */
    canRefresh,
    /** @throws NexusError `auth` if a secret is unavailable or contains characters not allowed in a header. */
    async get(signal: AbortSignal): Promise<Secrets> {
      // Read before the sources are called: a refresh may end while they run.
      const refresh = refreshes();
      return { headers: await credentialHeaders(credentials, { forceRefresh: false, signal }), refresh };
    },
    /** Newer secrets than `rejected`; calls that were rejected together share one refresh. */
    refresh(rejected: Secrets): Promise<Secrets> {
      if (latest && latest.refresh > rejected.refresh) return Promise.resolve(latest);
      pending ??= refresh().finally(() => {
        pending = undefined;
      });
      return pending;
    },
  };
}

async function credentialHeaders(credentials: Credentials, ask: SecretAsk): Promise<HeaderList> {
  if (credentials.type === "basic") {
    const { username, password } = credentials;
    const pair = `${username}:${await secretFrom("password", password, ask)}`;
    checkSecret("username or password", !username.includes(":") && !/\p{Cc}/u.test(pair));
    return [["Authorization", `Basic ${base64(pair)}`]];
  }
  const [token, applicationToken] = await Promise.all([
    secretFrom("token", credentials.token, ask),
    secretFrom("applicationToken", credentials.applicationToken, ask),
  ]);
  checkSecret("token", VISIBLE_ASCII.test(token));
  checkSecret("applicationToken", VISIBLE_ASCII.test(applicationToken));
  return [
    ["Authorization", `Bearer ${token}`],
    [SECURITY_SCHEMES.ApplicationToken.name, applicationToken],
  ];
}

async function secretFrom(name: string, source: SecretSource, ask: SecretAsk): Promise<string> {
  if (typeof source === "string") return source;
  try {
    return await source(ask);
  } catch (cause) {
    throw new NexusError("auth", `The source of '${name}' failed.`, { cause });
  }
}

function checkSecret(name: string, isValid: boolean): void {
  // The runtime's error would contain the value.
  if (!isValid) throw new NexusError("auth", `The ${name} contains characters that are not allowed in the header.`);
}

/** Base64 of UTF-8 (RFC 7617 section 2.1); btoa accepts Latin-1 only. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

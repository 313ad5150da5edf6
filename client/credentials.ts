import { SECURITY_SCHEMES } from "../generated/operations.ts";
import { NexusError } from "./nexus-error.ts";

/**
 * A secret, or where to get it. `signal` aborts when the call ends without it. `forceRefresh` says that the last one was
 * refused with 401: a cache must not answer.
 */
export type SecretSource = string | ((ask: SecretAsk) => string | Promise<string>);
export interface SecretAsk {
  forceRefresh: boolean;
  signal: AbortSignal;
}

/** The two ways in that the contract declares: `Bearer` and `ApplicationToken` together, or `Basic`. */
export type Credentials =
  | { type: "bearer"; token: SecretSource; applicationToken: SecretSource }
  | { type: "basic"; username: string; password: SecretSource };

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The headers of a client's credentials, and which of its refreshes they come from. */
export interface Secrets {
  headers: HeaderList;
  turn: number;
}

export interface SecretKeeper {
  /** Whether asking again can bring other secrets: a string stays what it is. */
  canRefresh: boolean;
  /** @throws NexusError `auth` if a secret can't be had or is not fit for a header. */
  get(signal: AbortSignal): Promise<Secrets>;
  /** Others than `refused`; many calls that were refused together ask once. */
  refresh(refused: Secrets): Promise<Secrets>;
}

/** Milliseconds that a refresh may take; each call waits for it within its own time. */
const REFRESH_MS = 30_000;

export function createSecretKeeper(credentials: Credentials): SecretKeeper {
  let last: Secrets | undefined;
  let pending: Promise<Secrets> | undefined;
  let turn = 0;
  let fixed: Secrets | undefined;

  const renew = async () => {
    // Not the signal of one call: others wait for the same refresh.
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort("timeout"), REFRESH_MS);
    try {
      const headers = await credentialHeaders(credentials, { forceRefresh: true, signal: stop.signal });
      turn += 1;
      last = { headers, turn };
      return last;
    } finally {
      clearTimeout(timer);
      pending = undefined;
    }
  };
  const sources =
    credentials.type === "basic" ? [credentials.password] : [credentials.token, credentials.applicationToken];
  const canRefresh = sources.some((source) => typeof source !== "string");
  return {
    canRefresh,
    async get(signal) {
      if (fixed) return fixed;
      const asked = turn;
      const found = { headers: await credentialHeaders(credentials, { forceRefresh: false, signal }), turn: asked };
      // Strings stay what they are; to write them anew for each call would cost a tenth of it.
      if (!canRefresh) fixed = found;
      return found;
    },
    refresh(refused) {
      if (last && last.turn > refused.turn) return Promise.resolve(last);
      pending ??= renew();
      return pending;
    },
  };
}

async function credentialHeaders(credentials: Credentials, ask: SecretAsk): Promise<HeaderList> {
  if (credentials.type === "basic") {
    const { username, password } = credentials;
    const pair = `${username}:${await secret("password", password, ask)}`;
    if (username.includes(":") || /\p{Cc}/u.test(pair)) throw unfit("username or password");
    return [["Authorization", `Basic ${base64(pair)}`]];
  }
  const [token, applicationToken] = await Promise.all([
    secret("token", credentials.token, ask),
    secret("applicationToken", credentials.applicationToken, ask),
  ]);
  // Checked here, because the runtime's own error would quote the value.
  if (!/^[\x21-\x7e]+$/.test(token)) throw unfit("token");
  if (!/^[\x21-\x7e]+$/.test(applicationToken)) throw unfit("applicationToken");
  return [
    ["Authorization", `Bearer ${token}`],
    [SECURITY_SCHEMES.ApplicationToken.name, applicationToken],
  ];
}

async function secret(name: string, source: SecretSource, ask: SecretAsk): Promise<string> {
  if (typeof source === "string") return source;
  try {
    return await source(ask);
  } catch (cause) {
    throw new NexusError("auth", `The source of '${name}' failed.`, { cause });
  }
}

function unfit(name: string): NexusError {
  return new NexusError("auth", `The ${name} has characters that a header can't carry.`);
}

/** Base64 of UTF-8 (RFC 7617 section 2.1); btoa alone takes Latin-1 only. */
function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}

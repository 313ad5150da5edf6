import { SECURITY_SCHEMES } from "../generated/operations.ts";
import { NexusError } from "./nexus-error.ts";

/** A secret, or where to get it. `signal` aborts when the call ends without it. */
export type SecretSource = string | ((ask: { forceRefresh: boolean; signal: AbortSignal }) => string | Promise<string>);

/** The two ways in that the contract declares: `Bearer` and `ApplicationToken` together, or `Basic`. */
export type Credentials =
  | { type: "bearer"; token: SecretSource; applicationToken: SecretSource }
  | { type: "basic"; username: string; password: SecretSource };

/**
 * The headers that carry the credentials.
 * @throws NexusError `auth` if a secret can't be had or is not fit for a header.
 */
export async function credentialHeaders(credentials: Credentials, signal: AbortSignal): Promise<[string, string][]> {
  if (credentials.type === "basic") {
    const { username, password } = credentials;
    const pair = `${username}:${await secret("password", password, signal)}`;
    if (username.includes(":") || /\p{Cc}/u.test(pair)) throw unfit("username or password");
    return [["Authorization", `Basic ${base64(pair)}`]];
  }
  const [token, applicationToken] = await Promise.all([
    secret("token", credentials.token, signal),
    secret("applicationToken", credentials.applicationToken, signal),
  ]);
  // Checked here, because the runtime's own error would quote the value.
  if (!/^[\x21-\x7e]+$/.test(token)) throw unfit("token");
  if (!/^[\x21-\x7e]+$/.test(applicationToken)) throw unfit("applicationToken");
  return [
    ["Authorization", `Bearer ${token}`],
    [SECURITY_SCHEMES.ApplicationToken.name, applicationToken],
  ];
}

async function secret(name: string, source: SecretSource, signal: AbortSignal): Promise<string> {
  if (typeof source === "string") return source;
  try {
    return await source({ forceRefresh: false, signal });
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

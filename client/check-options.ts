import { SECURITY_SCHEMES } from "../generated/operations.ts";
import type { Credentials } from "./credentials.ts";
import { NexusError } from "./nexus-error.ts";

/* Each check throws a NexusError `config` whose message does not contain the value, which may be a secret. */

/** Returns the URL without trailing slashes. It must be https, or http on loopback or if `allowInsecureHttp` is set. */
export function checkBaseUrl(baseUrl: string, allowInsecureHttp: boolean): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url) throw new NexusError("config", "baseUrl must be an absolute URL.");
  if (url.username || url.password || url.search || url.hash) {
    throw new NexusError("config", "baseUrl must have no credentials, query or fragment.");
  }
  const isSecure = url.protocol === "https:" || (url.protocol === "http:" && (allowInsecureHttp || isLoopback(url)));
  if (!isSecure) throw new NexusError("config", "baseUrl must be https, or http on loopback (see allowInsecureHttp).");
  return url.href.replace(/\/+$/, "");
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Checks that a time or size is more than 0 and at most 2^31 - 1, the range of timers in milliseconds. */
export function checkLimit(name: "timeoutMs" | "deadlineMs" | "maxResponseBytes", value: number): number {
  if (value > 0 && value <= 2_147_483_647) return value;
  throw new NexusError("config", `${name} must be more than 0 and at most 2147483647.`);
}

/** Rejects use in a browser page, where any visitor can read the credentials. */
export function checkRuntime(allowsBrowser: boolean): void {
  if (allowsBrowser || !("document" in globalThis)) return;
  throw new NexusError("config", "In a browser anyone can read the credentials (see dangerouslyAllowBrowser).");
}

/** Headers that the client sets, in lower case. */
const OWN_HEADERS: readonly string[] = [
  ...["accept", "authorization", "content-type", "content-length", "host", "x-request-id"],
  SECURITY_SCHEMES.ApplicationToken.name.toLowerCase(),
];

/** Rejects headers that the client sets itself, and characters that HTTP does not allow. */
export function checkHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = Object.keys(headers).find((name) => OWN_HEADERS.includes(name.toLowerCase()));
  if (own) throw new NexusError("config", `The client sets '${own}' itself.`);
  try {
    new Headers(headers);
  } catch {
    // The runtime's error would contain the value.
    throw new NexusError("config", "A header contains characters that are not allowed in a header.");
  }
  return headers;
}

/** Checks at run time what the compiler checks for callers in TypeScript. */
export function checkCredentials(credentials: Credentials): Credentials {
  const members = { bearer: ["token", "applicationToken"], basic: ["username", "password"] } as const;
  const { type, ...given } = (credentials ?? {}) as Record<string, unknown>;
  const required = type === "bearer" || type === "basic" ? members[type] : undefined;
  if (!required) throw new NexusError("config", "credentials.type must be 'bearer' or 'basic'.");
  for (const name of required) {
    if (!["string", "function"].includes(typeof given[name])) {
      throw new NexusError("config", `credentials.${name} must be a string or a function.`);
    }
  }
  return credentials;
}

/** Rejects user ids that do not stay one path segment: URL parsers resolve dot segments (WHATWG URL section 4.4). */
export function checkUserId(userId: string): void {
  if (!["", ".", ".."].includes(userId) && userId.isWellFormed()) return;
  throw new NexusError("config", "userId must not be empty or a dot segment, and must have no lone surrogates.");
}

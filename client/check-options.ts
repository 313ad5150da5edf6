import { SECURITY_SCHEMES } from "../generated/operations.ts";
import type { Credentials, HeaderList } from "./credentials.ts";
import { NexusError } from "./nexus-error.ts";

/**
 * Checks where credentials would be sent to: https, or http on loopback or where allowed.
 * @throws NexusError `config`; the message does not repeat the URL, which may hold a password.
 */
export function checkBaseUrl(baseUrl: string, allowInsecureHttp: boolean): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url) throw new NexusError("config", "baseUrl is no absolute URL.");
  if (url.username || url.password || url.search || url.hash) {
    throw new NexusError("config", "baseUrl must have no credentials, query or fragment.");
  }
  const isSecure = url.protocol === "https:" || (url.protocol === "http:" && (allowInsecureHttp || isLoopback(url)));
  if (!isSecure) throw new NexusError("config", "baseUrl must be https, or http on loopback (see allowInsecureHttp).");
  return url.href.replace(/\/+$/, "");
}

/**
 * Checks a time in milliseconds, as timers take it: more than 0 and at most 2^31 - 1.
 * @throws NexusError `config`.
 */
export function checkTime(name: "timeoutMs" | "deadlineMs", ms: number): number {
  if (ms > 0 && ms <= 2_147_483_647) return ms;
  throw new NexusError("config", `${name} must be more than 0 and at most 2147483647 milliseconds.`);
}

/**
 * Checks that a page does not hold the credentials of a service: whoever opens it can read them.
 * @throws NexusError `config`.
 */
export function checkPlace(isAllowed: boolean): void {
  if (isAllowed || !("document" in globalThis)) return;
  throw new NexusError("config", "In a browser anyone can read the credentials (see dangerouslyAllowBrowser).");
}

/** Headers that a client sets itself, in lower case. */
const OWN_HEADERS: readonly string[] = [
  ...["accept", "authorization", "content-type", "content-length", "host", "x-request-id"],
  SECURITY_SCHEMES.ApplicationToken.name.toLowerCase(),
];

/**
 * Checks headers that go along with each call: names and values that HTTP can carry, and none that are the client's own.
 * @throws NexusError `config`; the message does not repeat a value.
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): HeaderList {
  const list = Object.entries(headers);
  const own = list.find(([name]) => OWN_HEADERS.includes(name.toLowerCase()));
  if (own) throw new NexusError("config", `The client sets '${own[0]}' itself.`);
  try {
    new Headers(headers);
  } catch {
    // The runtime's own error would quote the value.
    throw new NexusError("config", "A header has characters that a header can't carry.");
  }
  return list;
}

/**
 * Checks what the compiler checks for callers in TypeScript.
 * @throws NexusError `config`.
 */
export function checkCredentials(credentials: Credentials): Credentials {
  const members = { bearer: ["token", "applicationToken"], basic: ["username", "password"] } as const;
  const { type, ...given } = (credentials ?? {}) as Record<string, unknown>;
  const needed = type === "bearer" || type === "basic" ? members[type] : undefined;
  if (!needed) throw new NexusError("config", "credentials.type must be 'bearer' or 'basic'.");
  for (const name of needed) {
    if (!["string", "function"].includes(typeof given[name])) {
      throw new NexusError("config", `credentials.${name} must be a string or a function.`);
    }
  }
  return credentials;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Checks that an id is one path segment which no URL parser takes for another path (WHATWG URL section 4.4).
 * @throws NexusError `config`.
 */
export function checkUserId(userId: string): void {
  if (!["", ".", ".."].includes(userId) && userId.isWellFormed()) return;
  throw new NexusError("config", "userId must be text without lone surrogates, not empty and no dot segment.");
}

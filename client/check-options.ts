import { API_KEY_HEADERS } from "../generated/operations.ts";
import { NexusError } from "./nexus-error.ts";

/* Each check throws a NexusError `config` whose message does not contain the value, which may be a secret. */

/** Returns the URL without trailing slashes. It must be https, or http on loopback or if `allowInsecureHttp` is set. */
export function checkBaseUrl(baseUrl: string, allowInsecureHttp: boolean | undefined): string {
  const url = URL.canParse(baseUrl) && new URL(baseUrl);
  if (!url || url.username || url.password || url.search || url.hash) {
    throw new NexusError("config", "baseUrl must be an absolute URL without credentials, query or fragment.");
  }
  const { href, hostname, protocol } = url;
  const isSecure = protocol === "https:" || (protocol === "http:" && (allowInsecureHttp || LOOPBACK.test(hostname)));
  if (isSecure) return href.replace(/\/+$/, "");
  throw new NexusError("config", "baseUrl must be https, or http on loopback (see allowInsecureHttp).");
}

const LOOPBACK = /^(localhost|\[::1\]|127(\.\d+){3})$/;

/** Checks that a time or size is more than 0 and at most 2^31 - 1, the range of timers in milliseconds. */
export function checkLimit(name: "timeoutMs" | "deadlineMs" | "maxResponseBytes", value: number): number {
  if (value > 0 && value <= 2_147_483_647) return value;
  throw new NexusError("config", `${name} must be more than 0 and at most 2147483647.`);
}

/** Rejects use in a browser page, where any visitor can read the credentials. */
export function checkRuntime(allowsBrowser: boolean | undefined): void {
  if (allowsBrowser || !("document" in globalThis)) return;
  throw new NexusError("config", "Browsers expose the credentials (see dangerouslyAllowBrowser).");
}

/** Headers that the client sets, in lower case. */
const OWN_HEADERS: readonly string[] = [
  ...["accept", "authorization", "content-type", "content-length", "host", "x-request-id"],
  ...API_KEY_HEADERS.map((name) => name.toLowerCase()),
];

/** A request id is 1 to 128 visible ASCII characters, because the server replaces any other. */
export function checkRequestId(id: string): void {
  if (!isRequestId(id)) throw new NexusError("config", "requestId must be 1 to 128 visible ASCII characters.");
}

export function isRequestId(id: unknown): id is string {
  return typeof id === "string" && /^[!-~]{1,128}$/.test(id);
}

/** Rejects headers that the client sets itself, and characters that HTTP does not allow. */
export function checkHeaders(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
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

/** A path parameter as text that stays one segment: URL parsers resolve dot segments (WHATWG URL section 4.4). */
export function checkSegment(name: string, value: unknown): string {
  const text = Object(value) === value && !Array.isArray(value) ? "" : `${value ?? ""}`;
  if (!["", ".", ".."].includes(text) && text.isWellFormed()) return text;
  throw new NexusError("config", `${name} must be one path segment, without lone surrogates.`);
}

import { API_KEY_HEADERS, type Route } from "../generated/operations.ts";
import { didYouMean, nearest } from "../server/nearest.ts";
import { NexusError } from "./nexus-error.ts";

/* Each check throws a NexusError `config` whose message does not contain the value, which may be a secret. */

/** The type of a value, such as `AsyncFunction` or `Null`; the same for values of another realm or a polyfill. */
export function typeOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Returns the URL without trailing slashes. It must be https, or http on loopback or if `allowInsecureHttp` is set. */
export function checkBaseUrl(baseUrl: string, allowInsecureHttp: boolean): string {
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

/** The numbers that an option accepts, and how messages describe them. */
export interface NumberRange {
  accepts: (number: number) => boolean;
  words: string;
}

/** Times and sizes; the upper limit is that of timers in milliseconds, 2^31 - 1. */
const POSITIVE: NumberRange = {
  accepts: (number) => number > 0 && number <= 2_147_483_647,
  words: "more than 0 and at most 2147483647",
};
export const FROM_0: NumberRange = { accepts: (number) => number >= 0, words: "0 or more" };

/** Options after their defaults: none of them is undefined. */
export type Complete<Options> = { [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/**
 * The options in place of the defaults. An option must have the type of its default, unless that is undefined, and a number
 * must be in the range; the value `undefined` stands for the default. `path` precedes the names in messages.
 */
export function withDefaults<Defaults extends object>(
  defaults: Defaults,
  options: unknown,
  path = "",
  range = POSITIVE,
): Defaults {
  check(path.slice(0, -1) || "options", options, {}, range);
  const merged = { ...defaults } as Record<string, unknown> & Defaults;
  for (const [key, value] of Object.entries(options as object)) {
    const name = path + key;
    if (!Object.hasOwn(defaults, key)) {
      throw new NexusError("config", `${name} is not an option.${didYouMean(nearest(key, Object.keys(defaults)))}`);
    }
    if (value === undefined) continue;
    check(name, value, merged[key], range);
    Object.assign(merged, { [key]: value });
  }
  return merged;
}

function check(name: string, value: unknown, sample: unknown, { accepts, words }: NumberRange): void {
  if (sample === undefined) return;
  const type = typeOf(sample);
  if (typeof value === "number" && type === "Number" ? accepts(value) : typeOf(value).endsWith(type)) return;
  throw new NexusError("config", `${name} must be ${type === "Number" ? words : `of type ${type}`}.`);
}

/** Rejects use in a browser page, where any visitor can read the credentials. */
export function checkRuntime(allowsBrowser: boolean): void {
  if (allowsBrowser || !("document" in globalThis)) return;
  throw new NexusError("config", "Browsers expose the credentials (see dangerouslyAllowBrowser).");
}

/** Headers of the client, and those that fetch rejects, in lower case. */
const OWN_HEADERS: readonly string[] = [
  ...["accept", "authorization", "content-type", "content-length", "host", "x-request-id"],
  ...["expect", "keep-alive", "transfer-encoding", "upgrade"],
  ...API_KEY_HEADERS.map((name) => name.toLowerCase()),
];

/** A request id is 1 to 128 visible ASCII characters, because the server replaces any other. */
export function checkRequestId(id: unknown): string {
  if (isRequestId(id)) return id;
  throw new NexusError("config", "requestId must be 1 to 128 visible ASCII characters.");
}

export function isRequestId(id: unknown): id is string {
  return typeof id === "string" && /^[!-~]{1,128}$/.test(id);
}

/** Rejects headers that callers can't set, values that are not text, and characters that HTTP does not allow. */
export function checkHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    const error = (words: string) => new NexusError("config", `The header '${name}' ${words}.`);
    if (OWN_HEADERS.includes(name.toLowerCase())) throw error("belongs to the client or the runtime");
    if (!isHeader(name, value)) throw error("has a name or value that is not allowed");
  }
  return headers;
}

/** An object or a function would be sent as `[object Object]` or as its source. */
function isHeader(name: string, value: string): boolean {
  try {
    new Headers({ [name]: value });
    return !/Object|Function/.test(typeOf(value));
  } catch {
    // The runtime's error, which contains the value, is dropped.
    return false;
  }
}

/** A path parameter as text that stays one segment: URL parsers resolve dot segments (WHATWG URL section 4.4). */
export function checkSegment(name: string, value: unknown, { values = [] }: Route): string {
  const isText = typeof value === "string" || (values.includes(name) && typeOf(value) !== "Object");
  const text = isText ? `${value ?? ""}` : "";
  if (!["", ".", ".."].includes(text) && text.isWellFormed()) return text;
  throw new NexusError("config", `${name} must be a string that is one path segment, without lone surrogates.`);
}

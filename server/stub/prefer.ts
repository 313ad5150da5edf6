import type { RequestHandler, Response } from "express";
import type { DeclaredResponse } from "../contract/operations.ts";
import { Problem } from "../http/problem.ts";
import { withText } from "../http/respond.ts";
import { sendWithFault } from "./faults.ts";
import { wait } from "./wait.ts";

/** The preferences of the stub; others are ignored (RFC 7240 section 2). */
const NAMES = ["code", "example", "wait"] as const;
type Preferences = Partial<Record<(typeof NAMES)[number], string>>;

/** Seconds. */
const MAX_WAIT = 30;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** A list element: anything up to a comma outside quotes. Linear in the length of the header. */
const ELEMENT = /(?:"(?:[^"\\]|\\.)*"?|[^",])+/g;
/** `name[=value]`; parameters after it are ignored. */
const PREFERENCE = new RegExp(`^(${TOKEN})[ \\t]*(?:=[ \\t]*(${TOKEN}|"(?:[^"\\\\]|\\\\.)*")[ \\t]*)?(?:;|$)`);

/**
 * Applies the header Prefer (RFC 7240): `wait=N` delays the request, `code=404` and `example=NAME` end it with an example
 * of the contract.
 */
export const prefer: RequestHandler = async (request, response, next) => {
  const preferences = preferencesIn(request.headersDistinct.prefer ?? []);
  const applied = Object.entries(preferences).map(([name, value]) => `${name}=${value}`);
  if (applied.length === 0) return next();
  const seconds = secondsIn(preferences);
  const example = exampleFor(preferences, response.locals);
  response.setHeader("Preference-Applied", applied.join(", "));
  if (!(await wait(seconds * 1_000, response))) return;
  if (example) sendExample(response, example);
  else next();
};

/** The first preference of each name. */
function preferencesIn(headers: readonly string[]): Preferences {
  const preferences: Preferences = {};
  // Each header is parsed separately: an unclosed quote in one must not hide the next.
  for (const element of headers.flatMap((header) => header.match(ELEMENT) ?? [])) {
    const [, sent = "", value = ""] = PREFERENCE.exec(element.trim()) ?? [];
    const name = NAMES.find((known) => known === sent.toLowerCase());
    if (name) preferences[name] ??= value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
  }
  return preferences;
}

function secondsIn({ wait: seconds = "0" }: Preferences): number {
  if (/^\d{1,2}(\.\d{1,3})?$/.test(seconds) && Number(seconds) <= MAX_WAIT) return Number(seconds);
  throw invalidPreference(`wait takes seconds from 0 to ${MAX_WAIT}, such as 2 or 0.25`);
}

/** One example, or a response without content, which has no name. */
interface Example {
  /** Status, range (`4XX`) or `default`. */
  key: string;
  name?: string;
  mediaType?: string;
  body?: unknown;
  headers: DeclaredResponse["headers"];
}

function examplesIn([key, { mediaTypes, examplesByType, headers }]: [string, DeclaredResponse]): Example[] {
  if (mediaTypes.length === 0) return [{ key, headers }];
  return Object.entries(examplesByType).flatMap(([mediaType, named]) =>
    Object.entries(named).map(([name, body]) => ({ key, name, mediaType, body, headers })),
  );
}

/** The example of the media type that Accept chose, if the response has it in several. */
function exampleFor(
  { code, example: name }: Preferences,
  { operation: { responses }, responseMediaType }: Response["locals"],
): (Example & { status: number }) | undefined {
  if (code === undefined && name === undefined) return undefined;
  const examples = Object.entries(responses).flatMap(examplesIn);
  const keys = [...new Set(examples.map(({ key }) => key))];
  const key = code === undefined ? undefined : keyFor(code, keys);
  if (code !== undefined && key === undefined)
    throw invalidPreference(`the contract has examples for the codes ${keys.join(", ")}`);
  const ofCode = examples.filter((example) => key === undefined || example.key === key);
  const named = ofCode.filter((example) => name === undefined || example.name === name);
  const found = named.find(({ mediaType }) => mediaType === responseMediaType) ?? named[0];
  if (found) return { ...found, status: Number(code ?? statusOf(found.key)) };
  const names = new Map(
    ofCode.flatMap((one) => (one.name === undefined ? [] : [[`${one.key} ${one.name}`, one.name]])),
  );
  const suffix = code === undefined ? "" : ` for the code ${code}`;
  const list = names.size === 0 ? "no examples" : `the examples ${[...names.values()].join(", ")}`;
  throw invalidPreference(`the contract has ${list}${suffix}`);
}

/** The status of a response, also of one that is declared for several. */
function statusOf(key: string): string {
  return key === "default" ? "500" : key.replace("XX", "00");
}

/** The response that declares a status: its own, that of its range, or the default. */
function keyFor(code: string, keys: readonly string[]): string | undefined {
  if (!/^[2-5]\d\d$/.test(code)) return undefined;
  return [code, `${code.charAt(0)}XX`, "default"].find((key) => keys.includes(key));
}

function invalidPreference(detail: string): Problem {
  return new Problem("invalid-request", { violations: [{ in: "header", name: "Prefer", detail }] });
}

/** Sends an example; a problem document has the id of this request as `instance`. */
function sendExample(response: Response, { status, mediaType, body, headers }: Example & { status: number }): void {
  for (const [name, { example: value }] of Object.entries(headers)) {
    if (value !== undefined && !response.hasHeader(name)) response.setHeader(name, value);
  }
  const isProblem = mediaType === "application/problem+json" && typeof body === "object";
  const sent = isProblem ? { ...body, instance: response.locals.requestId } : body;
  sendWithFault(response, withText({ status, ...(mediaType !== undefined && { mediaType, body: sent }) }));
}

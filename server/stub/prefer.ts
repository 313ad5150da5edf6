import type { RequestHandler, Response } from "express";
import type { Operation } from "../contract/operations.ts";
import { Problem } from "../http/problem.ts";
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
  const example = exampleFor(preferences, response.locals.operation);
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
  if (/^\d{1,2}$/.test(seconds) && Number(seconds) <= MAX_WAIT) return Number(seconds);
  throw invalidPreference(`wait takes whole seconds from 0 to ${MAX_WAIT}`);
}

function exampleFor({ code, example: name }: Preferences, { responses }: Operation) {
  if (code === undefined && name === undefined) return undefined;
  const examples = Object.entries(responses).flatMap(([status, { examples, ...declared }]) =>
    Object.entries(examples).map(([name, body]) => ({ status, name, body, ...declared })),
  );
  const ofCode = examples.filter(({ status }) => code === undefined || status === code);
  const codes = [...new Set(examples.map(({ status }) => status))].join(", ");
  if (ofCode.length === 0) throw invalidPreference(`the contract has examples for the codes ${codes}`);
  const found = ofCode.find((example) => name === undefined || example.name === name);
  if (found) return found;
  const names = ofCode.map((example) => example.name).join(", ");
  throw invalidPreference(`the contract has the examples ${names}${code === undefined ? "" : ` for the code ${code}`}`);
}

function invalidPreference(detail: string): Problem {
  return new Problem("invalid-request", { violations: [{ in: "header", name: "Prefer", detail }] });
}

/** Sends an example with this request's id as `instance`, and a success in the media type that Accept chose. */
function sendExample(response: Response, example: NonNullable<ReturnType<typeof exampleFor>>): void {
  const { requestId, responseMediaType } = response.locals;
  const { mediaTypes, headers } = example;
  for (const [name, { example: value }] of Object.entries(headers)) {
    if (value !== undefined && !response.hasHeader(name)) response.setHeader(name, value);
  }
  const status = Number(example.status);
  // Every error of the contract is a problem document.
  const problem = { ...(example.body as object), instance: requestId };
  const success = { mediaType: responseMediaType, body: example.body };
  sendWithFault(response, { status, ...(status < 400 ? success : { mediaType: mediaTypes[0] ?? "", body: problem }) });
}

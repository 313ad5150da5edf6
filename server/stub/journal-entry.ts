import type { IncomingHttpHeaders } from "node:http";
import type { Request, Response } from "express";
import type { JournalEntry } from "../../generated/control/types.ts";

/** Characters of a body, a path or a name that the journal keeps. */
const MOST_TEXT = 16_384;
/** Violations that the journal keeps of one request: a body of 256 kB can hold 100,000. */
const MOST_ERRORS = 100;
/** Headers that carry a secret, or may: what else callers and the proxies before them send is not ours to know. */
const SECRET = /authorization|token|cookie|secret|api-?key|password|credential|signature|referer|x-auth/i;

export interface Observed {
  at: string;
  /** As sent, with its query. */
  path: string;
  headers: IncomingHttpHeaders;
  durationMs: number;
  /** Undefined where no whole answer was sent. */
  answerText: string | undefined;
}

/** What the journal keeps of a request that is over: no credentials, and nothing of any length. */
export function entryOf(request: Request, response: Response, observed: Observed): JournalEntry {
  const { requestId, operation, path, caller, problem, violations, rule, session, bodyText } = response.locals;
  return defined<JournalEntry>({
    id: requestId,
    at: observed.at,
    session: session.name || undefined,
    method: request.method,
    path: pathIn(observed.path),
    operationId: operation?.id,
    userId: path?.userId,
    ...factsIn(request.body),
    caller: caller?.id,
    status: response.writableFinished ? response.statusCode : undefined,
    problem,
    errors: violations?.slice(0, MOST_ERRORS),
    rule,
    durationMs: observed.durationMs,
    request: defined({ headers: headersIn(observed.headers), body: cut(bodyText) }),
    answer: defined({ headers: headersIn(response.getHeaders()), body: cut(observed.answerText) }),
  });
}

/** Without what may hold credentials: a query, and the name and password of an absolute form (RFC 9112 section 3.2.2). */
function pathIn(target: string): string | undefined {
  const [path = ""] = target.split("?", 1);
  return cut(path.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, "$1//"));
}

/** What faults and verification match by; a body that breaks the contract may have neither, or something else there. */
function factsIn(body: unknown): { audience: string | undefined; connectionId: string | undefined } {
  const { audience, connection } = (body ?? {}) as Record<string, unknown>;
  const { connectionId } = (connection ?? {}) as Record<string, unknown>;
  return { audience: asText(audience), connectionId: asText(connectionId) };
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? cut(value) : undefined;
}

function headersIn(headers: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, SECRET.test(name) ? "(hidden)" : String(value)]));
}

/** A copy, for a piece of a string keeps the whole of it in memory. */
function cut(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= MOST_TEXT) return text;
  return `${Buffer.from(text.slice(0, MOST_TEXT)).toString()}…`;
}

/** Members that are undefined are left out, as JSON leaves them out. */
function defined<T extends object>(value: { [Name in keyof Required<T>]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

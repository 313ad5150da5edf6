import { performance } from "node:perf_hooks";
import type { Request, RequestHandler, Response } from "express";
import type { FaultMatch, JournalEntry } from "../../generated/control/types.ts";
import { systemClock } from "../clock.ts";
import { type Sessions, sessionNameIn } from "./sessions.ts";

/** Maximum length of a body, path or name in an entry, in characters. */
const MAX_TEXT = 16_384;
/** Maximum number of violations in an entry: a body of 256 kB can have 100,000. */
const MAX_ERRORS = 100;
/** Names of headers that may carry a secret, including custom headers of callers and proxies. */
const SECRET = /authorization|token|cookie|secret|api-?key|password|credential|signature|referer|x-auth/i;

/**
 * Adds each request to the journal of the session that it names when it ends, also if it is rejected before the session is
 * selected.
 */
export function record(sessions: Sessions): RequestHandler {
  return (request, response, next) => {
    const name = sessionNameIn(request);
    if (name === undefined) return next();
    const start = performance.now();
    // Read now: later middleware changes the URL and the headers.
    const received = {
      at: systemClock().toISOString(),
      path: pathIn(request.url),
      headers: headersIn(request.headers),
    };
    response.locals.onEnd(() => {
      const durationMs = Math.round((performance.now() - start) * 100) / 100;
      sessions.record(name, entryOf(request, response, { ...received, session: name || undefined, durationMs }));
    });
    next();
  };
}

type Received = Pick<JournalEntry, "at" | "path" | "durationMs"> &
  JournalEntry["request"] & { session: string | undefined };

/** The journal entry of a request that has ended, without credentials and bounded in size. */
function entryOf(request: Request, response: Response, { headers, ...received }: Received): JournalEntry {
  const { requestId, operation, caller, problem, violations, rule, bodyText, sentText } = response.locals;
  return defined<JournalEntry>({
    ...{ id: requestId, method: request.method, operationId: operation?.id },
    ...{ ...received, ...syncFacts(request, response), caller: caller?.id, rule },
    status: response.writableFinished ? response.statusCode : undefined,
    problem,
    errors: violations?.slice(0, MAX_ERRORS),
    request: defined({ headers, body: cut(bodyText) }),
    answer: defined({ headers: headersIn(response.getHeaders()), body: cut(sentText) }),
  });
}

/** The members that faults and verifications match; absent if they are not text. */
export function syncFacts({ body }: Request, { locals }: Response): FaultMatch {
  const { audience, connection }: Record<string, unknown> = Object(body);
  const { connectionId }: Record<string, unknown> = Object(connection);
  const members = Object.entries({
    userId: locals.path?.userId,
    audience,
    connectionId,
    operationId: locals.operation?.id,
  });
  return Object.fromEntries(
    members.flatMap(([name, value]) => (typeof value === "string" ? [[name, cut(value)]] : [])),
  );
}

/** Removes the query and the user information of an absolute URL (RFC 9112 section 3.2.2): both may hold credentials. */
function pathIn(target: string): string {
  const [path = ""] = target.split("?", 1);
  return cut(path.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, "$1//"));
}

function headersIn(headers: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, SECRET.test(name) ? "(hidden)" : String(value)]));
}

/** Copies the part it keeps: a slice would keep the whole string in memory. */
function cut<T extends string | undefined>(text: T): T | string {
  if (text === undefined || text.length <= MAX_TEXT) return text;
  return `${Buffer.from(text.slice(0, MAX_TEXT)).toString()}…`;
}

/** Removes undefined members. */
function defined<T extends object>(value: { [Name in keyof T]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

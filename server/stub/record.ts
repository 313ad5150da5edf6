import type { Request, RequestHandler, Response } from "express";
import type { FaultMatch, JournalEntry } from "../../generated/control/types.ts";
import { type Sessions, selectSession } from "./sessions.ts";
import { isDisconnected } from "./wait.ts";

/** Maximum length of a body, path or name in an entry, in characters. */
const MAX_TEXT = 16_384;
/** Maximum number of violations in an entry: a body of 256 kB can have 100,000. */
const MAX_ERRORS = 100;
/** Names of headers that may carry a secret, including custom headers of callers and proxies. */
const SECRET = /authorization|token|cookie|secret|api-?key|password|credential|signature|referer|x-auth/i;

/** Selects the session of each request, and adds the request to its journal when it ends. */
export function record(sessions: Sessions): RequestHandler {
  return async (request, response, next) => {
    const start = performance.now();
    // Read now: later middleware changes the URL and the headers.
    const received = { at: new Date().toISOString(), path: pathIn(request.url), headers: headersIn(request.headers) };
    const session = await selectSession(sessions, request, response);
    const add = () => {
      const durationMs = Math.round((performance.now() - start) * 100) / 100;
      session.journal.add(entryOf(request, response, { ...received, durationMs }));
    };
    // The client may have disconnected while the session was opened.
    if (isDisconnected(response)) return add();
    response.locals.onEnd(add);
    next();
  };
}

type Received = Pick<JournalEntry, "at" | "path" | "durationMs"> & JournalEntry["request"];

/** The journal entry of a request that has ended, without credentials and bounded in size. */
function entryOf(request: Request, response: Response, { headers, ...received }: Received): JournalEntry {
  const { requestId, operation, caller, problem, violations, rule, session, bodyText, sentText } = response.locals;
  return defined<JournalEntry>({
    ...{ id: requestId, method: request.method, session: session.name || undefined, operationId: operation?.id },
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

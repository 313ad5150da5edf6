import type { Request, RequestHandler, Response } from "express";
import { DirectoryRefused } from "../directory/directory-refused.ts";
import { Problem } from "../http/problem.ts";
import { entryOf } from "./journal-entry.ts";
import { STUB_PROBLEMS } from "./problem-types.ts";
import type { Session } from "./session.ts";
import { isSessionName, type Sessions } from "./sessions.ts";

export const SESSION_HEADER = "X-Contract-Session";
/** Problems of a directory that an answer tells; the start of a stub lists them all. */
const MOST_TOLD = 5;

declare global {
  namespace Express {
    interface Locals {
      session: Session;
      /** Id of the fault rule that fired. */
      rule: string;
    }
  }
}

/** Finds the session of a request, and notes the request in its journal once it is over. */
export function record(sessions: Sessions): RequestHandler {
  return async (request, response, next) => {
    const start = performance.now();
    // As sent: later stages change both.
    const sent = { at: new Date().toISOString(), path: request.url, headers: { ...request.headers } };
    const session = await sessionOf(sessions, request, response);
    const answerText = captured(response);
    const note = () => {
      const durationMs = Math.round((performance.now() - start) * 100) / 100;
      session.journal.add(entryOf(request, response, { ...sent, durationMs, answerText: answerText() }));
    };
    // The caller may have left while the session was made.
    if (response.closed) return note();
    response.locals.onEnd(note);
    next();
  };
}

/**
 * The session that a request is for, busy until it is over.
 * @throws Problem
 */
export async function sessionOf(sessions: Sessions, request: Request, response: Response): Promise<Session> {
  const name = sessionNameIn(request);
  response.locals.onEnd(sessions.use(name));
  response.locals.session = await sessions.of(name).catch(refuse);
  return response.locals.session;
}

/** "" where none is named. */
function sessionNameIn({ headersDistinct }: Pick<Request, "headersDistinct">): string {
  const [name = "", ...more] = headersDistinct[SESSION_HEADER.toLowerCase()] ?? [];
  if (more.length === 0 && (name === "" || isSessionName(name))) return name;
  const detail = "must be one name of 1 to 64 letters, digits, '.', '_' and '-'";
  throw new Problem("invalid-request", { violations: [{ in: "header", name: SESSION_HEADER, detail }] });
}

/** Why a session can't be had. The problems of its directory may name users, so the log is told only how many there are. */
function refuse(error: unknown): never {
  if (!(error instanceof DirectoryRefused)) throw error;
  const { message, problems } = error;
  const more = problems.length > MOST_TOLD ? [`and ${problems.length - MOST_TOLD} more`] : [];
  const detail = [message, ...problems.slice(0, MOST_TOLD), ...more].join("\n");
  throw new Problem(STUB_PROBLEMS.sessionRefused, { detail, cause: new Error(message) });
}

/** Remembers what the answer ends with: all of it, for answers leave in one piece. */
function captured(response: Response): () => string | undefined {
  let text: string | undefined;
  const end = response.end.bind(response) as (...args: unknown[]) => Response;
  response.end = ((...args: unknown[]) => {
    const [chunk] = args;
    if (typeof chunk === "string") text = chunk;
    return end(...args);
  }) as typeof response.end;
  return () => text;
}

import type { Request, Response } from "express";
import { DirectoryRefused } from "../directory/directory-refused.ts";
import { Problem } from "../http/problem.ts";
import { STUB_PROBLEMS } from "./problem-types.ts";
import type { Session } from "./session.ts";

declare global {
  namespace Express {
    interface Locals {
      session: Session;
    }
  }
}

/** Maximum number of open named sessions. */
const MAX_SESSIONS = 1_000;
/** Maximum number of directory problems in a response. */
const MAX_PROBLEMS = 5;
const HEADER = "X-Contract-Session";
const NAME = /^[A-Za-z0-9._-]{0,64}$/;

interface Entry {
  session: Promise<Session>;
  /** Requests in progress. */
  requests: number;
}

export type Sessions = ReturnType<typeof createSessions>;

/**
 * The sessions of a stub: the unnamed one, and named ones that open at their first use. Beyond 1,000 named sessions, the
 * least recently used one without a request in progress closes.
 */
export function createSessions(unnamed: Session, open: (name: string) => Promise<Session>) {
  const first: Entry = { session: Promise.resolve(unnamed), requests: 0 };
  // Least recently used first: a Map keeps the order of insertion.
  const named = new Map<string, Entry>();

  const evict = (used: Entry) => {
    for (const [name, entry] of named) {
      if (named.size <= MAX_SESSIONS) return;
      if (entry === used || entry.requests > 0) continue;
      named.delete(name);
      closeSession(entry);
    }
  };
  return {
    /** The session of that name, opened if necessary; "" is the unnamed one. */
    use(name: string): Entry {
      if (name === "") return first;
      const entry = named.get(name) ?? { session: open(name), requests: 0 };
      named.delete(name);
      named.set(name, entry);
      evict(entry);
      // The next use of a session that failed to open tries again.
      entry.session.catch(() => named.get(name) === entry && named.delete(name));
      return entry;
    },
    close: async () => void (await Promise.all([first, ...named.values()].map(closeSession))),
  };
}

/** A session that failed to open has nothing to close. */
function closeSession({ session }: Entry): Promise<void> {
  return session.then(
    (opened) => opened.close(),
    () => {},
  );
}

/**
 * Selects the session that the header names, and keeps it open until the request ends.
 * @throws Problem
 */
export async function selectSession(sessions: Sessions, request: Request, { locals }: Response): Promise<Session> {
  const entry = sessions.use(nameIn(request));
  entry.requests += 1;
  locals.onEnd(() => {
    entry.requests -= 1;
  });
  locals.session = await entry.session.catch(reject);
  return locals.session;
}

function nameIn({ headersDistinct }: Request): string {
  const [name = "", ...more] = headersDistinct[HEADER.toLowerCase()] ?? [];
  if (more.length === 0 && NAME.test(name)) return name;
  const detail = "must be one name of 1 to 64 letters, digits, '.', '_' and '-'";
  throw new Problem("invalid-request", { violations: [{ in: "header", name: HEADER, detail }] });
}

/** The caller gets the problems of the directory; the log gets their number, because they may name users. */
function reject(error: unknown): never {
  if (!(error instanceof DirectoryRefused)) throw error;
  const { message, problems } = error;
  const more = problems.length > MAX_PROBLEMS ? [`and ${problems.length - MAX_PROBLEMS} more`] : [];
  const detail = [message, ...problems.slice(0, MAX_PROBLEMS), ...more].join("\n");
  throw new Problem(STUB_PROBLEMS.sessionRefused, { detail, cause: new Error(message) });
}

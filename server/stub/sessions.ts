import type { Request, RequestHandler, Response } from "express";
import type { JournalEntry } from "../../generated/control/types.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { DirectoryRefused } from "../directory/directory-refused.ts";
import { Problem } from "../http/problem.ts";
import { createJournal } from "./journal.ts";
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
const NAME_RULE = "must be one name of 1 to 64 letters, digits, '.', '_' and '-'";
const NAME = /^[A-Za-z0-9._-]{0,64}$/;

interface Entry {
  session: Session;
  /** Requests in progress. */
  requests: number;
}

export interface SessionsOptions {
  unnamed: Session;
  create: (name: string) => Session;
  /** Maximum number of journal entries. */
  journalSize: number;
  /** Maximum number of bytes that all named sessions hold. */
  maxBytes: number;
}

export type Sessions = ReturnType<typeof createSessions>;

/**
 * The sessions of a stub: the unnamed one, and named ones that open at their first use. Beyond 1,000 named sessions or
 * `maxBytes`, the least recently used ones without a request in progress close.
 */
export function createSessions({ unnamed, create, journalSize, maxBytes }: SessionsOptions) {
  const first: Entry = { session: unnamed, requests: 0 };
  // Least recently used first: a Map keeps the order of insertion.
  const named = new Map<string, Entry>();
  // Requests that were rejected before their session was opened.
  const rejected = createJournal(journalSize);

  const open = (name: string): Entry => {
    const session = create(name);
    for (const entry of rejected.take(name)) session.journal.add(entry);
    return { session, requests: 0 };
  };
  const evict = (used: Entry) => {
    let bytes = Array.from(named.values(), ({ session }) => session.bytes()).reduce((sum, one) => sum + one, 0);
    for (const [name, entry] of named) {
      if (named.size <= MAX_SESSIONS && bytes <= maxBytes) return;
      if (entry === used || entry.requests > 0) continue;
      named.delete(name);
      bytes -= entry.session.bytes();
      void entry.session.close();
    }
  };
  const use = (name: string): Entry => {
    if (name === "") return first;
    const entry = named.get(name) ?? open(name);
    named.delete(name);
    named.set(name, entry);
    evict(entry);
    return entry;
  };
  return {
    /** The session of that name, opened if necessary; "" is the unnamed one. */
    session: (name: string): Session => use(name).session,
    /** Like `session`; returns the function that ends the use. A session in use does not close. */
    hold(name: string): { session: Session; release: () => void } {
      const entry = use(name);
      entry.requests += 1;
      const release = () => {
        entry.requests -= 1;
        evict(entry);
      };
      return { session: entry.session, release };
    },
    /** Adds a request to its journal, without opening a session; otherwise a rejected caller could open sessions. */
    record(name: string, entry: JournalEntry): void {
      const known = name === "" ? first : named.get(name);
      (known?.session.journal ?? rejected).add(entry);
      if (known) evict(known);
    },
    close: async () => void (await Promise.all([first, ...named.values()].map(({ session }) => session.close()))),
  };
}

/**
 * Selects the session that the header names, and keeps it open until the request ends. Runs after security.
 * @throws Problem
 */
export function selectSession(sessions: Sessions): RequestHandler {
  return (request, { locals }, next) => {
    const name = sessionNameIn(request);
    if (name === undefined) {
      throw new Problem("invalid-request", { violations: [{ in: "header", name: HEADER, detail: NAME_RULE }] });
    }
    const { session, release } = sessions.hold(name);
    locals.onEnd(release);
    locals.session = session;
    next();
  };
}

/** @throws ConfigurationError if a session can't have this name. */
export function checkSessionName(name: string): void {
  if (!NAME.test(name)) throw new ConfigurationError(`The name of a session ${NAME_RULE}.`);
}

/** "" without the header, and undefined if it is not one valid name. */
export function sessionNameIn({ headersDistinct }: Request): string | undefined {
  const [name = "", ...more] = headersDistinct[HEADER.toLowerCase()] ?? [];
  return more.length === 0 && NAME.test(name) ? name : undefined;
}

/**
 * Opens the users of the selected session. The caller gets the problems of the directory; the log gets their number,
 * because they may name users.
 * @throws Problem
 */
export async function openStore({ locals }: Response): Promise<void> {
  locals.store = await locals.session.store().catch((error: unknown) => {
    if (!(error instanceof DirectoryRefused)) throw error;
    const { message, problems } = error;
    const more = problems.length > MAX_PROBLEMS ? [`and ${problems.length - MAX_PROBLEMS} more`] : [];
    const detail = [message, ...problems.slice(0, MAX_PROBLEMS), ...more].join("\n");
    throw new Problem(STUB_PROBLEMS.sessionRefused, { detail, cause: new Error(message) });
  });
}

import { basename } from "node:path";
import type { Directory } from "../../generated/types.ts";
import { DirectoryRefused } from "../directory/directory-refused.ts";
import type { Store } from "../store/store.ts";
import { openSession, type Session, sessionOn } from "./session.ts";
import { createSessions, type Sessions } from "./sessions.ts";

export interface StubOptions {
  /** Loaded with `directory`. */
  store: Store;
  /** Whether the store can be exchanged for another one. */
  isInMemory: boolean;
  directory: string | Directory | undefined;
  /** Requests that a session's journal remembers. Default 1,000. */
  journalSize?: number | undefined;
}

export interface Stub {
  /** The session without a name. */
  first: Session;
  sessions: Sessions;
}

/** Entries of a directory that each session has a copy of: read in half a second, and some megabytes. */
const MOST_ENTRIES = 10_000;

export async function createStub({ store, isInMemory, directory, journalSize = 1_000 }: StubOptions): Promise<Stub> {
  // A copy of its own: who changes the object afterwards does not change what a reset goes back to.
  const start = typeof directory === "object" ? structuredClone(directory) : directory;
  const all = { name: "", start, journalSize, mostEntries: Number.POSITIVE_INFINITY };
  const first = isInMemory ? await openSession(all, store) : sessionOn(store, all);
  const sessions = createSessions(first, (name) =>
    openSession({ ...all, name, mostEntries: MOST_ENTRIES }).catch(withoutFolder(start)),
  );
  return { first, sessions };
}

/** What is wrong with a file is told to callers, who need not know where on this machine it lies. */
function withoutFolder(start: string | Directory | undefined): (error: unknown) => never {
  return (error) => {
    if (typeof start !== "string" || !(error instanceof DirectoryRefused)) throw error;
    throw new DirectoryRefused(error.problems.map((problem) => problem.replaceAll(start, basename(start))));
  };
}

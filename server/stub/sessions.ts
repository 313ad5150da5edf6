import type { Session } from "./session.ts";

/** Sessions that exist at a time, beside the one without a name. */
const MOST_SESSIONS = 1_000;
const NAME = /^[A-Za-z0-9._-]{1,64}$/;

export interface Sessions {
  /** The session of that name, made at its first use; "" is the one without a name. */
  of(name: string): Promise<Session>;
  /** Counts a request to the session, until what it answers is called: only an idle one makes room for others. */
  use(name: string): () => void;
  close(): Promise<void>;
}

export function isSessionName(name: string): boolean {
  return NAME.test(name);
}

/** Callers who share a stub and see nothing of each other. Beyond 1,000 the one that was idle for longest is forgotten. */
export function createSessions(first: Session, open: (name: string) => Promise<Session>): Sessions {
  // In the order of their last use, for a Map keeps the order of insertion.
  const named = new Map<string, Promise<Session>>();
  const busy = new Map<string, number>();

  const makeRoomFor = (wanted: string) => {
    for (const [name, session] of named) {
      if (named.size <= MOST_SESSIONS) return;
      if (name === wanted || busy.has(name)) continue;
      named.delete(name);
      // One that could not be made has nothing to close.
      session.then((gone) => gone.close()).catch(() => {});
    }
  };
  const count = (name: string, change: number) => {
    const now = (busy.get(name) ?? 0) + change;
    if (now > 0) busy.set(name, now);
    else busy.delete(name);
  };
  return {
    async of(name) {
      if (name === "") return first;
      const session = named.get(name) ?? open(name);
      named.delete(name);
      named.set(name, session);
      makeRoomFor(name);
      // One that could not be made is tried anew the next time.
      return session.catch((error: unknown) => {
        if (named.get(name) === session) named.delete(name);
        throw error;
      });
    },
    use(name) {
      count(name, 1);
      return () => count(name, -1);
    },
    async close() {
      const all = await Promise.allSettled(named.values());
      const sessions = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      await Promise.all([first, ...sessions].map((session) => session.close()));
    },
  };
}

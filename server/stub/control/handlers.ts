import type { Handlers } from "../../../generated/control/operations.ts";
import type { DemoCredential } from "../../../generated/control/types.ts";
import type { Directory, User } from "../../../generated/types.ts";
import type { Clock } from "../../clock.ts";
import { Problem } from "../../http/problem.ts";
import { namesOf } from "../../identity/result.ts";
import type { Session } from "../session.ts";
import type { SessionStore } from "../session-users.ts";
import { previewOf } from "./sign-in-preview.ts";

/** Maximum number of users in a list: the sign-ins of each are previewed. */
const MAX_USERS = 100;

/** Maximum number of users that are searched for a text. */
const MAX_SEARCHED = 10_000;

export interface ControlHandlerOptions {
  clock: Clock;
  /** Demo credentials only; empty if the stub has others. */
  credentials: DemoCredential[];
}

/** The operations of the control port. */
export function createControlHandlers({ clock, credentials }: ControlHandlerOptions): Handlers<{ session: Session }> {
  return {
    ListRequests: async ({ query }, { session }) => ({ status: 200, body: session.journal.list(query) }),
    ForgetRequests: async (_, { session }) => {
      session.journal.clear();
      return { status: 204 };
    },
    VerifyRequests: async ({ body }, { session }) => ({ status: 200, body: session.journal.verify(body) }),
    ListFaults: async (_, { session }) => ({ status: 200, body: { rules: session.faults.list() } }),
    ReplaceFaults: async ({ body }, { session }) => {
      session.faults.replace(body.rules);
      return { status: 200, body: { rules: session.faults.list() } };
    },
    RemoveFaults: async (_, { session }) => {
      session.faults.clear();
      return { status: 204 };
    },
    ReplaceDirectory: async ({ body }, { session }) => {
      // The control contract requires an object; `replace` checks the rest, as for a file.
      const { total, warnings } = await session.directory.replace(body as unknown as Directory);
      return { status: 200, body: { total, ...(warnings && { warnings: [...warnings] }) } };
    },
    ListUsers: async ({ query }, { session }) => {
      const store = await session.store();
      const { users, total } = await usersWith(query.text ?? "", store);
      const previews = users.map((user) => previewOf(user, store, clock()));
      return { status: 200, body: { users: await Promise.all(previews), total } };
    },
    ReadUser: async ({ path }, { session }) => {
      const user = await session.directory.user(path.userId);
      if (!user) throw new Problem("unknown-user", { detail: "The directory of this session has no such user." });
      return { status: 200, body: user };
    },
    ReadCredentials: async () => ({ status: 200, body: { credentials } }),
    ResetSession: async (_, { session }) => {
      await session.reset();
      return { status: 204 };
    },
  };
}

/** The first users whose id, user name, display name or e-mail address has the text, and the number of all of them. */
async function usersWith(text: string, store: SessionStore): Promise<{ users: User[]; total: number }> {
  if (text === "") return store.users(MAX_USERS);
  const { users } = await store.users(MAX_SEARCHED);
  const wanted = text.toLowerCase();
  const found = users.filter((user) => {
    const texts = [user.id, namesOf(user).displayName, user.username, user.emailAddress];
    return texts.some((one) => one?.toLowerCase().includes(wanted));
  });
  return { users: found.slice(0, MAX_USERS), total: found.length };
}

import type { OwnProblemType } from "../http/problem.ts";

/** Problems that only the stub and its control port have. The key is the last part of `type` and does not change. */
export const STUB_PROBLEMS = {
  injectedFault: { key: "injected-fault", status: 500, title: "A fault rule of the stub set this status" },
  sessionRefused: {
    key: "session-refused",
    status: 500,
    title: "The stub can't load its directory for this session",
  },
  foreignHost: {
    key: "foreign-host",
    status: 421,
    title: "The control port does not have this host name",
    detail: "The header Host must be the address and port of the control port, or localhost with that port.",
  },
  foreignOrigin: {
    key: "foreign-origin",
    status: 403,
    title: "The control port rejects requests from pages of other origins",
    detail: "Only its own page and programs other than browsers may send requests.",
  },
  fixedDirectory: {
    key: "fixed-directory",
    status: 409,
    title: "The users of this stub are in a database; start it without --database to replace or reset them",
  },
} as const satisfies Record<string, OwnProblemType>;

import type { OwnProblemType } from "../http/problem.ts";

/** Problems that only the stub and its control port have. The key is the last part of `type` and does not change. */
export const STUB_PROBLEMS = {
  injectedFault: { key: "injected-fault", status: 500, title: "A fault rule of the stub set this status" },
  sessionRefused: { key: "session-refused", status: 500, title: "The directory of this session can't be loaded" },
  noExample: { key: "no-example", status: 501, title: "The operation has neither a handler nor an example" },
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
    title: "Users in a database can't be replaced or reset; start the stub without --database",
  },
} as const satisfies Record<string, OwnProblemType>;

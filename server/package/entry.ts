import { ConfigurationError } from "../configuration-error.ts";
import type { RunningServer, ServerOptions } from "../running-server.ts";
import type { RunningStub, StubOptions } from "../stub/start-stub.ts";
import { unsupportedNode } from "./node-version.ts";

export type {
  Fault,
  FaultMatch,
  FaultRule,
  Journal,
  JournalEntry,
  RequestMatch,
  Verdict,
  Verification,
} from "../../generated/control/types.ts";
export type { Directory, User } from "../../generated/types.ts";
export type { RunningServer, RunningStub, ServerOptions, StubOptions };

/**
 * Starts a contract server in this process; several servers do not affect each other. By default it is a stub: the service
 * with `Prefer`, faults, a journal, sessions, a control port, and demo credentials unless others are given. With
 * `mode: "service"` it is the service alone. Its modules are imported by the first call.
 * @throws ConfigurationError (`error.name`) if an option, file or port can't be used.
 * @throws Error on a Node without node:sqlite, which is in 22.13 and later.
 */
export async function startServer(options?: StubOptions & { mode?: "stub" }): Promise<RunningStub>;
/** The same for a service. @throws ConfigurationError (`error.name`), Error as above */
export async function startServer(options: ServerOptions & { mode: "service" }): Promise<RunningServer>;
export async function startServer({
  mode = "stub",
  ...options
}: StubOptions & { mode?: "stub" | "service" } = {}): Promise<RunningServer> {
  const problem = unsupportedNode();
  if (problem !== undefined) throw new Error(problem);
  if (mode !== "stub" && mode !== "service") throw new ConfigurationError("The option mode must be stub or service.");
  if (mode === "stub") return (await import("../stub/start-stub.ts")).startStub(options);
  return (await import("../start.ts")).startServer(options);
}

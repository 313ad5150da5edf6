import type { RunningStub, ServerOptions } from "../running-server.ts";
import { startServer } from "../start.ts";

/** Starts a stub in this process; many of them do not disturb each other. */
export function startStub(options?: ServerOptions): Promise<RunningStub> {
  return startServer(options);
}

import type { Handlers } from "../../generated/operations.ts";
import { type HandlerOptions, type RequestContext, syncUserIdentity } from "./sync-user-identity.ts";

/** One handler per operation of the contract: a missing one does not compile. */
export function createHandlers(options: HandlerOptions): Handlers<RequestContext> {
  return { SyncUserIdentity: syncUserIdentity(options) };
}

import type { Handlers } from "../../generated/operations.ts";
import { type HandlerOptions, type RequestContext, syncUserIdentity } from "./sync-user-identity.ts";

/** One handler per operation of the contract; the type requires all of them. */
export function createHandlers(options: HandlerOptions): Handlers<RequestContext> {
  return { SyncUserIdentity: syncUserIdentity(options) };
}

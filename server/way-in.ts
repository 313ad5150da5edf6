import { OPERATIONS, SECURITY_SCHEMES } from "../generated/operations.ts";
import { type AppOptions, createApp, type WayIn } from "./app.ts";
import { type Access, schemeHandlers } from "./auth/schemes.ts";
import type { SchemeHandlers } from "./auth/security.ts";
import { ContractUnusable } from "./contract/contract-error.ts";
import { contractValidator } from "./contract/request-validation.ts";
import { type SyncSurroundings, syncUserIdentity } from "./handlers/sync-user-identity.ts";
import { selfCheck } from "./self-check.ts";
import type { Store } from "./store/store.ts";
import type { Sessions } from "./stub/sessions.ts";
import { stagesOf } from "./stub/stages.ts";

/** What a way in finds when it is made, and leaves behind when another takes its place. */
export interface Surroundings
  extends Omit<AppOptions, "contract" | "contextOf" | "handlers" | "schemes" | "metrics" | "stub"> {
  store: Store;
  /** Those of a stub; undefined in a service. */
  sessions: Sessions | undefined;
  clock: SyncSurroundings["clock"];
  metrics: AppOptions["metrics"] & SyncSurroundings["metrics"];
  access: Pick<Access, "credentials" | "tokens">;
}

export type CreateWayIn = typeof createWayIn;

/** Compiled once a process; all servers in it share the validator. */
const CONTRACT = contractValidator();

/**
 * All that stands between a request and the store, as the contract wants it. `npm run dev` loads this module anew, and
 * all that it imports but the store, when the contract has changed.
 * @throws ContractUnusable
 */
export async function createWayIn({ store, sessions, clock, access, ...options }: Surroundings): Promise<WayIn> {
  const handlers = { SyncUserIdentity: syncUserIdentity({ clock, metrics: options.metrics }) };
  // The compiler sees to it, but for whoever runs a contract that the code has not followed yet.
  const missing = Object.keys(OPERATIONS).filter((operationId) => !Object.hasOwn(handlers, operationId));
  if (missing.length > 0) throw new ContractUnusable(`There is no handler for ${missing.join(", ")}.`);
  // It has the names of the schemes that it is given.
  const schemes = schemeHandlers(SECURITY_SCHEMES, access, clock) as SchemeHandlers;
  await selfCheck(CONTRACT);
  return createApp({
    ...{ ...options, handlers, contract: CONTRACT, schemes },
    contextOf: ({ caller, session }) => ({ caller, store: session?.store() ?? store }),
    stub: sessions && stagesOf(sessions),
  });
}

import { performance } from "node:perf_hooks";
import type { Handlers } from "../../generated/operations.ts";
import type { Caller } from "../auth/security.ts";
import type { Clock } from "../clock.ts";
import type { Metrics } from "../http/metrics.ts";
import { Problem } from "../http/problem.ts";
import type { HandlerResponse } from "../http/respond.ts";
import type { SyncResult } from "../identity/result.ts";
import { assertedGroups, planSync } from "../identity/sync.ts";
import { type Decision, type Found, type Store, StoreUnavailable } from "../store/store.ts";

export interface RequestContext {
  caller: Caller;
  /** Throws if the contract does not declare this response. A response is checked before it is sent in any case. */
  checkResponse: (response: HandlerResponse) => void;
  /** Overrides the store of the options. */
  store?: Pick<Store, "sync">;
}

export interface HandlerOptions {
  store: Store;
  /** Default: the system clock. */
  clock?: Clock | undefined;
  /** Maximum size of a stored user in bytes. */
  userLimit?: number | undefined;
  metrics: Pick<Metrics, "store">;
}

type SyncHandler = Handlers<RequestContext>["SyncUserIdentity"];

/** SyncUserIdentity: one store call with one `planSync`. The response is validated before the commit. */
export function syncUserIdentity({
  store: defaultStore,
  clock = () => new Date(),
  userLimit,
  metrics,
}: HandlerOptions): SyncHandler {
  return async ({ path, body }, { caller, checkResponse, store = defaultStore }) => {
    const { connectionId, groups } = body.connection;
    const decide = (found: Found | undefined): Decision<SyncResult> => {
      if (!found) throw new Problem("unknown-user");
      const plan = planSync({ ...found, request: body, caller: caller.id, now: clock(), maxUserBytes: userLimit });
      if ("violations" in plan) throw new Problem("invalid-request", { violations: plan.violations });
      // Inside the transaction: an error rolls it back.
      checkResponse({ status: 200, body: plan.result });
      return { user: plan.changed, result: plan.result };
    };
    const start = performance.now();
    try {
      const key = { userId: path.userId, connectionId, groups: assertedGroups(groups) };
      return { status: 200, body: await store.sync(key, decide) };
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      throw new Problem("unavailable", { headers: { "Retry-After": "1" }, cause: error });
    } finally {
      metrics.store.observe((performance.now() - start) / 1_000);
    }
  };
}

import type { Handlers } from "../../generated/operations.ts";
import { SyncUserIdentityResult } from "../../generated/validators.js";
import type { Caller } from "../auth/security.ts";
import type { Clock } from "../clock.ts";
import type { Metrics } from "../http/metrics.ts";
import { Problem } from "../http/problem.ts";
import { assertedGroups, planSync } from "../identity/sync.ts";
import { type Decision, type Found, type Store, StoreUnavailable } from "../store/store.ts";

export interface RequestContext {
  caller: Caller;
  store: Store;
}

export interface SyncSurroundings {
  clock: Clock;
  metrics: Pick<Metrics, "stored" | "violated">;
}

type SyncHandler = Handlers<RequestContext>["SyncUserIdentity"];
type Result = Extract<Awaited<ReturnType<SyncHandler>>, { status: 200 }>["body"];

/** The operation: one store call whose decision is `planSync`, with the answer checked before anything is committed. */
export function syncUserIdentity({ clock, metrics }: SyncSurroundings): SyncHandler {
  return async ({ path, body }, { caller, store }) => {
    const { connectionId, groups } = body.connection;
    const decide = (found: Found | undefined): Decision<Result> => {
      if (!found) throw new Problem("unknown-user");
      const plan = planSync({ ...found, request: body, caller: caller.id, now: clock() });
      if ("violations" in plan) throw new Problem("invalid-request", { violations: plan.violations });
      checkAnswer(plan.result, metrics);
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
      metrics.stored((performance.now() - start) / 1_000);
    }
  };
}

/** Inside the transaction: what would break the contract is rolled back, and the log names the place. */
function checkAnswer(result: Result, metrics: Pick<Metrics, "violated">): void {
  if (SyncUserIdentityResult(result)) return;
  metrics.violated("answer", SyncUserIdentityResult.errors?.length ?? 0);
  const places = (SyncUserIdentityResult.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  throw new Error(`The answer would break the contract: ${places.join("; ")}`);
}

import type { ValidateFunction } from "ajv/dist/2020.js";
import type { Handlers } from "../../generated/operations.ts";
import type { Caller } from "../auth/security.ts";
import type { Clock } from "../clock.ts";
import type { Contract } from "../contract/contract.ts";
import type { Metrics } from "../http/metrics.ts";
import { Problem } from "../http/problem.ts";
import { assertedGroups, planSync } from "../identity/sync.ts";
import { type Decision, type Found, type Store, StoreUnavailable } from "../store/store.ts";

export interface RequestContext {
  caller: Caller;
  /** Overrides the store of the options. */
  store?: Store;
}

export interface HandlerOptions {
  store: Store;
  contract: Contract;
  /** Default: the system clock. */
  clock?: Clock | undefined;
  /** Maximum size of a stored user in bytes. */
  userLimit?: number | undefined;
  metrics: Pick<Metrics, "store" | "violations">;
}

type SyncHandler = Handlers<RequestContext>["SyncUserIdentity"];
type Result = Extract<Awaited<ReturnType<SyncHandler>>, { status: 200 }>["body"];

/** SyncUserIdentity: one store call with one `planSync`. The response is validated before the commit. */
export function syncUserIdentity({
  store: defaultStore,
  contract,
  clock = () => new Date(),
  userLimit,
  metrics,
}: HandlerOptions): SyncHandler {
  // Compiled on the first call: a contract for tests may lack the schema.
  let validate: ValidateFunction | undefined;
  return async ({ path, body }, { caller, store = defaultStore }) => {
    const { connectionId, groups } = body.connection;
    const decide = (found: Found | undefined): Decision<Result> => {
      if (!found) throw new Problem("unknown-user");
      const plan = planSync({ ...found, request: body, caller: caller.id, now: clock(), maxUserBytes: userLimit });
      if ("violations" in plan) throw new Problem("invalid-request", { violations: plan.violations });
      checkResult(plan.result);
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

  /** Runs inside the transaction: an error rolls it back, and the log has the pointer. */
  function checkResult(result: Result): void {
    validate ??= contract.validator("SyncUserIdentityResult");
    if (validate(result)) return;
    const errors = validate.errors ?? [];
    metrics.violations.inc({ side: "answer" }, errors.length);
    const list = errors.map(({ instancePath, message }) => `${instancePath} ${message}`).join("; ");
    throw new Error(`The response would violate the contract: ${list}`);
  }
}

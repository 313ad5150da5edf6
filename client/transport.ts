import { attempt, type GoodAnswer, OPERATION, type PreparedRequest } from "./attempt.ts";
import type { SecretKeeper, Secrets } from "./credentials.ts";
import type { ClientEvent } from "./events.ts";
import { NexusError } from "./nexus-error.ts";
import { type RetryPolicy, waitBeforeRetry } from "./retry.ts";
import { createStop, pause, type Stop, untilStopped } from "./stop.ts";

export interface Transport {
  secrets: SecretKeeper;
  /** Milliseconds for one attempt, its body included. */
  timeoutMs: number;
  /** Milliseconds for everything: secrets, attempts and the waits between. */
  deadlineMs: number;
  retry: RetryPolicy;
  /** Aborts the call. */
  signal: AbortSignal | undefined;
  tell: (event: ClientEvent) => void;
}

export interface Delivered extends GoodAnswer {
  attempts: number;
}

/** The one place a call goes through: credentials, time, attempts, and what counts as success. Always ends. */
export async function deliver(request: PreparedRequest, transport: Transport): Promise<Delivered> {
  const { requestId } = request;
  const deadline = createStop(transport.deadlineMs, transport.signal);
  const endsAt = performance.now() + transport.deadlineMs;
  try {
    const delivered = await deliverBefore(endsAt, request, transport, deadline);
    deadline.end();
    return delivered;
  } catch (error) {
    const { reason } = deadline.signal;
    // A body or a secret's source may still be under way.
    deadline.cut();
    if (reason === "aborted") throw new NexusError("aborted", `${OPERATION} was aborted.`, { requestId });
    if (reason !== "timeout") throw error;
    const message = `${OPERATION} took longer than ${transport.deadlineMs} ms in all.`;
    throw new NexusError("timeout", message, { requestId });
  }
}

async function deliverBefore(
  endsAt: number,
  request: PreparedRequest,
  { secrets: keeper, retry, timeoutMs, tell }: Transport,
  { signal }: Stop,
): Promise<Delivered> {
  const { requestId } = request;
  let secrets = await untilStopped(keeper.get(signal), signal);
  let isRefreshed = !keeper.canRefresh;
  for (let attempts = 1, tries = 1; ; attempts += 1) {
    tell({ type: "attempt", attempt: attempts, requestId });
    const outcome = await attemptWithin(timeoutMs, request, secrets, signal);
    if (!(outcome instanceof NexusError)) return { ...outcome, attempts };
    if (outcome.status === 401 && !isRefreshed) {
      isRefreshed = true;
      tell({ type: "refresh", requestId });
      secrets = await untilStopped(keeper.refresh(secrets), signal);
      continue;
    }
    const waitMs = waitBeforeRetry(outcome, tries, retry);
    // What can't begin before the deadline is not waited for: the failure says more than the clock.
    if (waitMs === undefined || performance.now() + waitMs >= endsAt) throw outcome;
    tries += 1;
    tell({ type: "retry", attempt: attempts, waitMs, kind: outcome.kind, status: outcome.status, requestId });
    await pause(waitMs, signal);
  }
}

/** One attempt within its time; a failure is an answer, the end of the whole call is an exception. */
async function attemptWithin(
  timeoutMs: number,
  request: PreparedRequest,
  { headers }: Secrets,
  outer: AbortSignal,
): Promise<GoodAnswer | NexusError> {
  const { requestId } = request;
  const stop = createStop(timeoutMs, outer);
  try {
    const answer = await untilStopped(attempt(request, headers, stop.signal), stop.signal);
    stop.end();
    return answer;
  } catch (cause) {
    const { reason } = stop.signal;
    stop.cut();
    if (reason === "aborted") throw cause;
    if (cause instanceof NexusError) return cause;
    if (reason === "timeout") {
      return new NexusError("timeout", `${OPERATION} took longer than ${timeoutMs} ms.`, { requestId });
    }
    return new NexusError("network", `${OPERATION} got no whole answer.`, { cause, requestId });
  }
}

import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import type { NexusClient, SafeResult } from "../nexus-client.ts";
import type { NexusError } from "../nexus-error.ts";
import { createPace } from "./pace.ts";

export type SyncingClient = Pick<NexusClient, "safeSyncUserIdentity">;

/** One sync to make. With an `error` in place of the body nothing is sent: it has failed already, and keeps its place. */
export type SyncItem =
  | { userId: string; body: SyncUserIdentityRequest; error?: never }
  | { userId: string; body?: never; error: NexusError };

/** What came of the item at `index`, counted from 0 over all items, those passed over included. */
export type SyncOutcome = { index: number; userId: string } & SafeResult;

/** Syncs one item, once nobody has to wait, and again where it has to; undefined where the abort was sooner. */
export function createItemSync(client: SyncingClient, signal: AbortSignal) {
  const pace = createPace(signal);
  const send = async (userId: string, body: SyncUserIdentityRequest): Promise<SafeResult> => {
    for (let tries = 1; ; tries += 1) {
      await pace.ready();
      // After the abort the client sends nothing.
      const result = await client.safeSyncUserIdentity(userId, body, { signal, reportsPauses: true });
      if (!pace.mustWait(result, tries)) return result;
    }
  };
  return async (index: number, { userId, body, error }: SyncItem): Promise<SyncOutcome | undefined> => {
    const result = error ? { ok: false as const, error } : await send(userId, body);
    return result.ok || !signal.aborted ? { index, userId, ...result } : undefined;
  };
}

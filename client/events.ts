import type { NexusErrorKind } from "./nexus-error.ts";

/** What a call does on its way, for logs and figures. Nothing in it is secret, and nothing names the user. */
export type ClientEvent =
  | { type: "attempt"; attempt: number; requestId: string }
  | { type: "refresh"; requestId: string }
  | {
      type: "retry";
      attempt: number;
      waitMs: number;
      kind: NexusErrorKind;
      status: number | undefined;
      requestId: string;
    }
  | {
      type: "end";
      ok: boolean;
      kind: NexusErrorKind | undefined;
      status: number | undefined;
      durationMs: number;
      requestId: string;
    };

/** Whoever listens must not be able to break a call. */
export function quietly(onEvent: ((event: ClientEvent) => void) | undefined): (event: ClientEvent) => void {
  return (event) => {
    try {
      onEvent?.(event);
    } catch {
      // Documented with the option: dropped.
    }
  };
}

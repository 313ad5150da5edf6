import type { NexusErrorKind } from "./nexus-error.ts";

/** Progress of a call, for logs and metrics. It contains no secret and nothing about the user. */
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

/** Calls `onEvent`; a listener that throws must not fail the call. */
export function createEmitter(onEvent: ((event: ClientEvent) => void) | undefined): (event: ClientEvent) => void {
  return (event) => {
    try {
      onEvent?.(event);
    } catch {
      // Ignored, as documented for the option.
    }
  };
}

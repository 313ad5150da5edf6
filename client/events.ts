import type { NexusErrorKind } from "./nexus-error.ts";

/** Progress of a call, for logs and metrics. It contains no secret and nothing about the user. */
export type ClientEvent = { requestId: string } & (
  | { type: "attempt"; attempt: number }
  | { type: "refresh" }
  | { type: "retry"; attempt: number; waitMs: number; kind: NexusErrorKind; status: number | undefined }
  | { type: "end"; ok: boolean; kind: NexusErrorKind | undefined; status: number | undefined; durationMs: number }
);

/** Calls `onEvent`; a listener that throws must not fail the call. */
export function createEmitter(onEvent: ((event: ClientEvent) => void) | undefined) {
  return (event: ClientEvent): void => {
    try {
      onEvent?.(event);
    } catch {
      // Ignored, as documented for the option.
    }
  };
}

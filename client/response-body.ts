import { sleep } from "./deadline.ts";
import type { NexusError } from "./nexus-error.ts";

/** Default maximum size of a response body, in bytes. */
export const MAX_RESPONSE_BYTES = 10_000_000;

export interface BodyLimits {
  /** Counted after decompression. */
  maxBytes: number;
  tooLarge: () => NexusError;
  signal: AbortSignal;
}

/**
 * Reads a body. If it is too large or the signal aborts, the rest is cancelled, even if the body ignores the signal.
 * @throws `tooLarge`; errors of the body are passed on.
 */
export async function readBody(response: Response, { maxBytes, tooLarge, signal }: BodyLimits): Promise<Uint8Array> {
  // Null for no content; undefined in runtimes without streams.
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  // Not awaited, and its errors don't matter, because the response is not used.
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  let bytes = new Uint8Array(0);
  let size = 0;
  for (let chunks = 1; ; chunks += 1) {
    const { done, value } = await reader.read();
    if (done) return bytes.slice(0, size);
    const start = size;
    size += value.byteLength;
    if (size > maxBytes) {
      cancel();
      throw tooLarge();
    }
    bytes = enlarge(bytes, size);
    bytes.set(value, start);
    // A body whose chunks are always ready would keep the timers of the time limits from running.
    if (chunks % 1_000 === 0) await sleep(1, signal);
  }
}

function enlarge(bytes: Uint8Array<ArrayBuffer>, size: number) {
  if (size <= bytes.length) return bytes;
  const larger = new Uint8Array(size * 2);
  larger.set(bytes);
  return larger;
}

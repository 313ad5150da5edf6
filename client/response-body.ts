import type { NexusError } from "./nexus-error.ts";

/** Default maximum size of a response body, in bytes. */
export const MAX_RESPONSE_BYTES = 10_000_000;

/**
 * Reads a body. Bytes are counted after decompression; if there are more than `maxBytes`, the rest is cancelled.
 * @throws `tooLarge`; errors of the body are passed on.
 */
export async function readBody(response: Response, maxBytes: number, tooLarge: () => NexusError) {
  // Null for no content; undefined in runtimes without streams.
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.byteLength;
    if (size > maxBytes) {
      // Not awaited, and its errors don't matter, because the response is not used.
      reader.cancel().catch(() => {});
      throw tooLarge();
    }
  }
  const bytes = new Uint8Array(size);
  for (const chunk of chunks.reverse()) {
    size -= chunk.byteLength;
    bytes.set(chunk, size);
  }
  return bytes;
}

import { NexusError, type NexusErrorDetails } from "./nexus-error.ts";

/** Default maximum size of a response body, in bytes. */
export const MAX_RESPONSE_BYTES = 10_000_000;

/**
 * Reads a body as UTF-8. Bytes are counted after decompression; if there are more than `maxBytes`, the rest is cancelled.
 * @throws NexusError `decode` with the message; errors of the body are passed on.
 */
export async function readText(response: Response, maxBytes: number, message: string, details?: NexusErrorDetails) {
  // Null for no content; undefined in runtimes without streams.
  if (!response.body) return response.text();
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      // Not awaited, and its errors don't matter, because the response is not used.
      reader.cancel().catch(() => {});
      throw new NexusError("decode", message, details);
    }
    text += decoder.decode(value, { stream: true });
  }
}

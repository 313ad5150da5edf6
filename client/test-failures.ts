import { OPERATIONS } from "../generated/operations.ts";
import { contractAnswer, isDeclared } from "./contract-answers.ts";

/**
 * One way in which an exchange fails:
 * - `network`: the fetch rejects, as where nobody listens
 * - `hang`: no answer until the request is aborted
 * - `stalledBody`: a 200 whose body begins and then stands still until the request is aborted
 * - `truncatedJson`: a 200 whose body ends too early
 * - `wrongMediaType`: a 200 with a page instead of JSON
 * - `redirect`: a 307 to another origin
 * - a status: the contract's example where it declares one, else a page; with `Retry-After` where seconds are given
 */
export type Failure =
  | "network"
  | "hang"
  | "stalledBody"
  | "truncatedJson"
  | "wrongMediaType"
  | "redirect"
  | { status: number; retryAfterSeconds?: number };

const HALF = '{"userId":';
const JSON_TYPE = { "Content-Type": OPERATIONS.SyncUserIdentity.responses[200].mediaTypes[0] };
const PAGE_TYPE = { "Content-Type": "text/html" };

/** Fails one exchange; rejects with the signal's reason when the request is aborted meanwhile. */
export async function fail(failure: Failure, { signal }: Request): Promise<Response> {
  if (typeof failure === "object") return withStatus(failure);
  const ways = {
    network: () => Promise.reject(new TypeError("fetch failed")),
    hang: () => aborted(signal),
    stalledBody: () => new Response(stalled(signal), { headers: JSON_TYPE }),
    truncatedJson: () => new Response(HALF, { headers: JSON_TYPE }),
    wrongMediaType: () => new Response("<html></html>", { headers: PAGE_TYPE }),
    redirect: () => new Response(null, { status: 307, headers: { Location: "https://elsewhere.example/" } }),
  };
  return ways[failure]();
}

function withStatus({ status, retryAfterSeconds }: { status: number; retryAfterSeconds?: number }): Response {
  const answer = isDeclared(status) ? contractAnswer(status) : undefined;
  const headers = new Headers(answer ? { ...answer.headers, "Content-Type": answer.mediaType } : PAGE_TYPE);
  if (retryAfterSeconds === undefined) headers.delete("Retry-After");
  else headers.set("Retry-After", String(retryAfterSeconds));
  return new Response(answer ? JSON.stringify(answer.body) : "<html></html>", { status, headers });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function stalled(signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode(HALF));
      await aborted(signal);
    },
  });
}

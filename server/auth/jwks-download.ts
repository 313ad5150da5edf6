import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { JwksRefused } from "./key-set.ts";

/** Bytes: 1 MiB. */
const MOST_BYTES = 1_048_576;

/**
 * The URL of a key set: https, or http to this machine. Whoever can change the answer on its way can sign tokens.
 * @throws JwksRefused without repeating the URL, which may hold a secret.
 */
export function jwksUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url) throw new JwksRefused("The URL of a key set must be a whole one, such as https://login.example/jwks.json.");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url))) {
    throw new JwksRefused("The URL of a key set must be https, or http to a loopback address.");
  }
  if (url.username || url.password) throw new JwksRefused("The URL of a key set must not hold a name or password.");
  return url;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

/**
 * The body of a plain 200, whole within `timeoutMs`. Not by `fetch`, which hands a compressed body to its decoder
 * before anybody can refuse it (CVE-2026-111497), and would need to be told not to follow redirects.
 */
export function download(url: URL, timeoutMs: number): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(timeoutMs);
  const { request } = url.protocol === "https:" ? https : http;
  const headers = { Accept: "application/jwk-set+json, application/json", "Accept-Encoding": "identity" };
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(signal.aborted ? new JwksRefused(`it did not arrive within ${timeoutMs} ms`) : error);
    };
    // A connection kept for the next fetch, minutes away, would be closed by then.
    const call = request(url, { signal, headers: { ...headers, Connection: "close" } });
    call.on("error", fail);
    call.once("response", (response) => {
      bodyOf(response)
        .then(resolve, fail)
        .finally(() => call.destroy());
    });
    call.end();
  });
}

async function bodyOf(response: IncomingMessage): Promise<Uint8Array> {
  const { statusCode, headers } = response;
  if (statusCode !== 200) throw new JwksRefused(`the answer's status is ${statusCode}, not 200`);
  if (headers["content-encoding"] !== undefined) throw new JwksRefused("the answer has a Content-Encoding");
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new JwksRefused(`the answer is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { Sent } from "../proof/cases.ts";
import type { Credentials } from "./credentials.ts";

export interface Received {
  status: number;
  /** By name in lower case. */
  headers: NodeJS.Dict<string[]>;
  body: Buffer;
}

/** The server that is checked. */
export interface Target {
  /** @throws NoResponse */
  send(sent: Sent, credentials: Credentials): Promise<Received>;
  close(): void;
}

/** No complete response arrived within the limits. */
export class NoResponse extends Error {
  override readonly name = "NoResponse";
}

/** Milliseconds from the start of a request to the end of its response. */
const RESPONSE_MS = 10_000;
const MAX_BYTES = 10_485_760;

/** Requests must not overlap. */
export function openTarget(url: URL): Target {
  const { Agent, request } = url.protocol === "https:" ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const prefix = url.pathname.replace(/\/$/, "");
  const attempt = async (sent: Sent, credentials: Credentials): Promise<Received> => {
    const { method, body } = sent;
    const secrets = credentials.map(({ header, value }) => [header, value]);
    const headers = { ...sent.headers, ...Object.fromEntries(secrets) };
    const signal = AbortSignal.timeout(RESPONSE_MS);
    const call = request(new URL(url.origin), { agent, method, path: prefix + sent.url, headers, signal });
    // A PUT without a body would be sent as chunked.
    if (body === undefined) call.removeHeader("Transfer-Encoding");
    const arrived = new Promise<IncomingMessage>((resolve, reject) =>
      call.once("response", resolve).on("error", reject),
    );
    call.end(body);
    try {
      const response = await arrived;
      const { statusCode: status = 0, headersDistinct } = response;
      return { status, headers: headersDistinct, body: await bytesOf(response) };
    } catch (error) {
      // The server may have closed an idle connection.
      if (call.reusedSocket && isClosed(error)) return await attempt(sent, credentials);
      throw new NoResponse(reasonOf(error), { cause: error });
    }
  };
  return { send: attempt, close: () => agent.destroy() };
}

function isClosed(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE"].includes((error as NodeJS.ErrnoException).code ?? "");
}

async function bytesOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new NoResponse(`the response is larger than ${MAX_BYTES / 1_048_576} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  if (error instanceof NoResponse) return error.message;
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === "AbortError" || name === "TimeoutError") return `no complete response within ${RESPONSE_MS / 1_000} s`;
  if (isClosed(error)) return "the connection was closed before the response was complete";
  return code ?? message;
}

/** A request as one line for a POSIX shell, with variables in place of secrets. */
export function curlLine(base: URL, { method, url, headers, body }: Sent, credentials: Credentials): string {
  const address = base.origin + base.pathname.replace(/\/$/, "") + url;
  const shown = Object.entries(headers).filter(([name]) => name !== "Content-Length");
  const parts = [
    // Without -g, curl expands brackets and braces in a URL.
    /[[\]{}]/.test(address) ? "curl -g -i" : "curl -i",
    `-X ${method}`,
    quoted(address),
    ...credentials.map(({ curl }) => curl),
    ...shown.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-binary ${quoted(body)}`]),
  ];
  // curl would add the type of a form.
  if (body !== undefined && headers["Content-Type"] === undefined) parts.push("-H 'Content-Type:'");
  return parts.join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

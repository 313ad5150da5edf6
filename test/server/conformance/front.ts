import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export interface Passed {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Returned {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Front {
  /** Changes a request before the server gets it. */
  before?(passed: Passed): void;
  /** Changes a response. `again` sends another request to the server. */
  after?(returned: Returned, passed: Passed, again: (other: Passed) => Promise<Returned>): void | Promise<void>;
}

/** A small server in front of another, which spoils requests or responses; closed at the end of the test. */
export async function startFront(target: string, { before, after }: Front): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    const passed = { method, url, headers: { ...headers }, body: (await buffer(incoming)).toString() };
    const original = { ...passed, headers: { ...headers } };
    before?.(passed);
    const returned = await forward(target, passed);
    await after?.(returned, original, (other) => forward(target, other));
    reply(outgoing, returned);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function forward(target: string, { method, url, headers, body }: Passed): Promise<Returned> {
  const { host: _, "transfer-encoding": __, "content-length": length, ...others } = headers;
  const size = length === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  const outgoing = request(target, { method, path: url, headers: { ...others, ...size } });
  if (length === undefined) outgoing.removeHeader("Transfer-Encoding");
  outgoing.end(body);
  const [incoming] = await once(outgoing, "response");
  return { status: incoming.statusCode, headers: incoming.headers, body: (await buffer(incoming)).toString() };
}

function reply(outgoing: ServerResponse, { status, headers, body }: Returned): void {
  const { "content-length": _, "transfer-encoding": __, connection: ___, ...others } = headers;
  outgoing.writeHead(status, { ...others, "content-length": Buffer.byteLength(body) });
  outgoing.end(body);
}

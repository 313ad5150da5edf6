import { connect, type Socket } from "node:net";

export interface Reply {
  status: number;
  /** Whether the server closes the connection after this response. */
  closes: boolean;
  /** The body as latin1. */
  body: string;
  /** Milliseconds from the write of the request to the last byte of the response. */
  ms: number;
}

export interface Connection {
  socket: Socket;
  /** Rejects if the connection ends before the response is complete. */
  send(bytes: Buffer): Promise<Reply>;
}

/**
 * A keep-alive connection that sends requests as bytes and reads responses with a Content-Length. It costs a tenth of an
 * HTTP client, so a load measures the server and not its caller.
 */
export function openConnection(url: string): Connection {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const waiting: { since: number; resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  let received: Buffer = Buffer.alloc(0);
  let end = 0;
  socket.on("data", (bytes) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    end ||= endOfResponse(received);
    while (end > 0 && received.length >= end) {
      const status = Number(received.toString("latin1", 9, 12));
      const closes = received.subarray(0, end).includes("\r\nConnection: close\r\n");
      const body = received.toString("latin1", received.indexOf("\r\n\r\n") + 4, end);
      received = received.subarray(end);
      end = endOfResponse(received);
      const next = waiting.shift();
      next?.resolve({ status, closes, body, ms: performance.now() - next.since });
    }
  });
  const fail = (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  socket.once("error", fail);
  socket.once("close", () => fail(new Error("The connection was closed before the response.")));
  return {
    socket,
    send: (bytes) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error("The connection is closed."));
        waiting.push({ since: performance.now(), resolve, reject });
        socket.write(bytes);
      }),
  };
}

/** The index after the response at the start of these bytes; 0 while its head is incomplete. */
function endOfResponse(bytes: Buffer): number {
  const head = bytes.indexOf("\r\n\r\n");
  if (head < 0) return 0;
  const length = bytes.indexOf("Content-Length: ") + 16;
  return head + 4 + (length < 16 ? 0 : Number.parseInt(bytes.toString("latin1", length, length + 10), 10));
}

/** A PUT of a JSON body as the bytes that `send` takes. */
export function putBytes(url: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const { host, pathname } = new URL(url);
  const all = { Host: host, ...headers, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`PUT ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

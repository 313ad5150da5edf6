import { connect, type Socket } from "node:net";

export interface Reply {
  status: number;
  /** Whether the server closes the connection after it. */
  closes: boolean;
  /** As latin1: parsed where it is wanted only. */
  body: string;
  /** Milliseconds from the write to the last byte. */
  ms: number;
}

export interface Connection {
  socket: Socket;
  /** Rejects where the connection ends without the answer. */
  send(bytes: Buffer): Promise<Reply>;
}

/**
 * A keep-alive connection that sends requests as bytes and reads answers with a Content-Length: a tenth of what a whole
 * HTTP client costs, so that the load and not the caller is measured.
 */
export function openConnection(url: string): Connection {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const waiting: { since: number; resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  let received: Buffer = Buffer.alloc(0);
  let end = 0;
  socket.on("data", (bytes) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    // Where an answer ends is looked for once, not with each piece of it.
    end ||= endOfAnswer(received);
    while (end > 0 && received.length >= end) {
      const status = Number(received.toString("latin1", 9, 12));
      const closes = received.subarray(0, end).includes("\r\nConnection: close\r\n");
      const body = received.toString("latin1", received.indexOf("\r\n\r\n") + 4, end);
      received = received.subarray(end);
      end = endOfAnswer(received);
      const next = waiting.shift();
      next?.resolve({ status, closes, body, ms: performance.now() - next.since });
    }
  });
  const fail = (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  socket.once("error", fail);
  socket.once("close", () => fail(new Error("The connection was closed before the answer.")));
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

/** The index behind the answer that begins with these bytes; 0 where its head is not yet whole. */
function endOfAnswer(bytes: Buffer): number {
  const head = bytes.indexOf("\r\n\r\n");
  if (head < 0) return 0;
  const place = bytes.indexOf("Content-Length: ") + 16;
  return head + 4 + (place < 16 ? 0 : Number.parseInt(bytes.toString("latin1", place, place + 10), 10));
}

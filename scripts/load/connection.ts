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
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    received += text;
    for (let end = endOfAnswer(received); end > 0; end = endOfAnswer(received)) {
      const status = Number(received.slice(9, 12));
      const head = received.indexOf("\r\n\r\n") + 2;
      const closes = /\r\nconnection: close\r\n/i.test(received.slice(0, head));
      const body = received.slice(head + 2, end);
      received = received.slice(end);
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

/** The index behind the first whole answer in `text`; 0 where it is not yet whole. */
function endOfAnswer(text: string): number {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return 0;
  const [, length = "0"] = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head)) ?? [];
  const end = head + 4 + Number(length);
  return text.length >= end ? end : 0;
}

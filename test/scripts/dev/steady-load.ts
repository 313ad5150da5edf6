import { Agent, request } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";

export interface Call {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Sends requests over keep-alive connections until `stop`, on each the next one after the response. */
export function startLoad({ url, headers, body }: Call, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const sockets = new Set<Socket>();
  const failures: string[] = [];
  const state = { succeeded: 0, isOver: false };
  const send = () =>
    new Promise<void>((resolve, reject) => {
      const outgoing = request(url, { method: "PUT", headers, agent }, async (response) => {
        const received = await text(response);
        if (response.statusCode === 200) state.succeeded += 1;
        else failures.push(`${response.statusCode} ${received}`);
        resolve();
      });
      outgoing.once("socket", (socket) => sockets.add(socket)).once("error", reject);
      outgoing.end(body);
    });
  const sendAll = async () => {
    while (!state.isOver) await send().catch((error: Error) => failures.push(String(error)));
  };
  const done = Promise.all(Array.from({ length: connections }, sendAll));
  return {
    succeeded: () => state.succeeded,
    async stop() {
      state.isOver = true;
      await done;
      agent.destroy();
      return { connections: sockets.size, failures, succeeded: state.succeeded };
    },
  };
}

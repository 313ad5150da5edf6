import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";

export interface Call {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Requests all the time over `connections` that are kept alive, each as soon as the one before is answered. */
export function startLoad(call: Call, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const sockets = new Set<Socket>();
  const statuses = new Map<number, number>();
  const failures: string[] = [];
  let isOver = false;

  const send = async () => {
    const outgoing = request(call.url, { method: "PUT", headers: call.headers, agent });
    outgoing.once("socket", (socket) => sockets.add(socket));
    outgoing.end(call.body);
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    const { statusCode = 0 } = response;
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
    const answer = await text(response);
    if (statusCode !== 200) failures.push(`${statusCode} ${answer}`);
  };
  const goOn = async () => {
    while (!isOver) await send().catch((error: Error) => failures.push(String(error)));
  };
  const done = Promise.all(Array.from({ length: connections }, goOn));
  return {
    answered: () => statuses.get(200) ?? 0,
    async stop() {
      isOver = true;
      await done;
      agent.destroy();
      return { connections: sockets.size, failures, answered: statuses.get(200) ?? 0 };
    },
  };
}

import { Agent } from "node:http";
import { startStub } from "../../../server/stub/start-stub.ts";
import { sendOver } from "../../helpers/server-fixture.ts";
import { acme, basicHeader, JSON_TYPE, signIn } from "../../helpers/stub.ts";

/**
 * Run with --expose-gc: a stub alone in a process, its journal full after the first 2,000 of 10,000 calls with bodies of
 * some kilobytes. Prints what the journal and the heap were then and at the end.
 */
const server = await startStub({ directory: acme() });
const agent = new Agent({ keepAlive: true });
const body = signIn({ attributes: { note: "x".repeat(4_000) } });

async function sendCalls(count: number) {
  let left = count;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const { status } = await sendOver(agent, server, { credentials: basicHeader(server), headers: JSON_TYPE, body });
      if (status !== 200) throw new Error(`A good call was answered ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, caller));
  globalThis.gc?.();
  const { requests, evicted } = server.journal.list();
  return { remembered: requests.length, evicted, heapUsed: process.memoryUsage().heapUsed };
}

const [full, end] = [await sendCalls(2_000), await sendCalls(8_000)];
agent.destroy();
await server.close();
console.log(JSON.stringify({ full, end }));

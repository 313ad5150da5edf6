import { Agent } from "node:http";
import { startStub } from "../../../server/stub/start-stub.ts";
import { sendOver } from "../../helpers/site.ts";
import { acme, basicHeader, JSON_TYPE, signIn } from "../../helpers/stub.ts";

/**
 * Run with --expose-gc: sends 10,000 requests with bodies of 4 kB to a stub, and prints the sizes of journal and heap after
 * 2,000 requests, when the journal is full, and at the end.
 */
const server = await startStub({ directory: acme() });
const agent = new Agent({ keepAlive: true });
const body = signIn({ attributes: { note: "x".repeat(4_000) } });

async function sendCalls(count: number) {
  let left = count;
  const send = async () => {
    while (left > 0) {
      left -= 1;
      const { status } = await sendOver(agent, server, { credentials: basicHeader(server), headers: JSON_TYPE, body });
      if (status !== 200) throw new Error(`A valid request got ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, send));
  globalThis.gc?.();
  const { requests, evicted } = server.journal.list();
  return { remembered: requests.length, evicted, heapUsed: process.memoryUsage().heapUsed };
}

const [full, end] = [await sendCalls(2_000), await sendCalls(8_000)];
agent.destroy();
await server.close();
console.log(JSON.stringify({ full, end }));

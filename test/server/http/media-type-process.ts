import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { startStub } from "../../../server/stub/start-stub.ts";

// Runs a server and a client in a process with --expose-gc, so that the heap contains nothing else. Sends requests with
// different spellings of one media type, and prints by how many bytes the heap has grown after each step.
const { directory, body, warmUp, step, steps, parallel } = JSON.parse(process.argv[2] ?? "{}");
const { url, demo, close } = await startStub({ directory });
const agent = new Agent({ keepAlive: true, maxSockets: parallel });
const authorization = `Basic ${btoa(`${demo?.apiKey.id}:${demo?.apiKey.secret}`)}`;

async function send(type: string): Promise<void> {
  const headers = { "Content-Type": type, authorization };
  const outgoing = request(`${url}/v1/users/u-ada/$sync`, { agent, method: "PUT", headers }).end(body);
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${type} is ${response.statusCode}`);
  await once(response.resume(), "end");
}

/** Sends the spellings from one number to another, and returns the size of the heap. */
async function heapAfter(from: number, to: number): Promise<number> {
  const sendEach = async (first: number) => {
    for (let number = first; number < to; number += parallel) await send(`application/json; p=${number}`);
  };
  await Promise.all(Array.from({ length: parallel }, (_, index) => sendEach(from + index)));
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const before = await heapAfter(0, warmUp);
for (let done = 0; done < steps; done += 1) {
  const from = warmUp + done * step;
  console.log((await heapAfter(from, from + step)) - before);
}
agent.destroy();
await close();

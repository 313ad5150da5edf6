import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const imported = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** Sends 10,000 requests with bodies of 4 kB; prints the sizes of journal and heap after 2,000 requests and at the end. */
const SCRIPT = `
import { Agent } from "node:http";
const { startStub } = await import(${imported("../../../server/stub/start-stub.ts")});
const { sendOver } = await import(${imported("../../helpers/server-fixture.ts")});
const { acme, basicHeader, JSON_TYPE, signIn } = await import(${imported("../../helpers/stub.ts")});
const server = await startStub({ directory: acme() });
const agent = new Agent({ keepAlive: true });
const body = signIn({ attributes: { note: "x".repeat(4_000) } });
async function send(count) {
  for (let left = count; left > 0; left -= 8) {
    const call = { credentials: basicHeader(server), headers: JSON_TYPE, body };
    const responses = await Promise.all(Array.from({ length: 8 }, () => sendOver(agent, server, call)));
    if (responses.some(({ status }) => status !== 200)) throw new Error("A valid request was rejected.");
  }
  gc();
  const { requests, evicted } = server.journal.list();
  return { kept: requests.length, evicted, heapUsed: process.memoryUsage().heapUsed };
}
const [full, end] = [await send(2_000), await send(8_000)];
agent.destroy();
await server.close();
console.log(JSON.stringify({ full, end }));`;
/** Bytes. A journal without a limit would grow by 80 million. */
const SLACK = 5_000_000;

test("the heap does not grow after the journal is full", { timeout: 120_000 }, async () => {
  const args = ["--expose-gc", "--input-type=module", "--eval", SCRIPT];
  const { full, end } = JSON.parse((await promisify(execFile)(process.execPath, args)).stdout);
  expect(full).toMatchObject({ kept: 1_000, evicted: 1_000 });
  expect(end).toMatchObject({ kept: 1_000, evicted: 9_000 });
  expect(end.heapUsed).toBeLessThan(full.heapUsed + SLACK);
});

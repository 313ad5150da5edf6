import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createNexusClient } from "../client/nexus-client.ts";
import contract from "../generated/openapi.json" with { type: "json" };

const ROUNDS = 12;
const CALLS = 1_500;
const CONCURRENCY = 8;

const { value: ANSWER } = contract.components.examples.synced;
const { value: REQUEST } = contract.components.examples.groupSignIn;
const USER = "u-ada";
const CREDENTIALS = { type: "basic", username: "key", password: "secret" } as const;

/** Percent over a bare `fetch`, at most. */
const MOST_PERCENT = 15;

/** Prints what `clientCost` measures. Exit codes: 0 the client costs at most 15 % more, 1 it costs more. */
export async function run(print: (line: string) => void): Promise<number> {
  const { bare, client } = await clientCost();
  const [b, c] = [median(bare), median(client)];
  const percent = (c / b - 1) * 100;
  print(`bare fetch  ${b.toFixed(1)} µs of processor time a call (median of ${bare.length} rounds of ${CALLS})`);
  print(`the client  ${c.toFixed(1)} µs, ${percent.toFixed(1)} % more (${MOST_PERCENT} % or less)`);
  return percent <= MOST_PERCENT ? 0 : 1;
}

/**
 * Measures what a call through the client costs this process over a bare `fetch` of the same request, whose answer is
 * parsed too: microseconds of processor time, in rounds that take turns, against a server in another process.
 */
export async function clientCost(): Promise<{ bare: number[]; client: number[] }> {
  const server = fork(fileURLToPath(import.meta.url), ["--serve"]);
  try {
    const [url] = (await once(server, "message")) as [string];
    const client = createNexusClient({ baseUrl: url, credentials: CREDENTIALS });
    const bare = async () => void (await bareCall(url));
    const ours = async () => void (await client.syncUserIdentity(USER, REQUEST));
    const [bareTimes, ourTimes]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      bareTimes.push(await cost(bare));
      ourTimes.push(await cost(ours));
    }
    // The first rounds compile.
    return { bare: bareTimes.slice(3), client: ourTimes.slice(3) };
  } finally {
    server.kill();
  }
}

async function bareCall(url: string): Promise<unknown> {
  const response = await fetch(`${url}/v1/users/${USER}/$sync`, {
    method: "PUT",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      Authorization: `Basic ${btoa(`${CREDENTIALS.username}:${CREDENTIALS.password}`)}`,
      "User-Agent": "bare",
      "X-Request-Id": crypto.randomUUID(),
    },
    body: JSON.stringify(REQUEST),
    redirect: "manual",
    signal: AbortSignal.timeout(15_000),
  });
  if (!response.ok) throw new Error(`It answered ${response.status}.`);
  return JSON.parse(await response.text());
}

/** Microseconds of processor time a call. */
async function cost(call: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  let left = CALLS;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

/** The server of the measurement: the contract's example, whatever is asked. */
function serve(): void {
  const bytes = Buffer.from(JSON.stringify(ANSWER));
  const headers = { "Content-Type": "application/json", "Content-Length": bytes.length };
  const server = createServer((request, response) => {
    request.resume().once("end", () => response.writeHead(200, headers).end(bytes));
  });
  server.listen(0, "127.0.0.1", () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

if (import.meta.main) {
  if (process.argv[2] === "--serve") serve();
  else process.exitCode = await run(console.log);
}

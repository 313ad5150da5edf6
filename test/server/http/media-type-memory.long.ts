import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { DemoCredentials } from "../../../server/stub/demo.ts";
import { acme, signIn } from "../../helpers/stub.ts";

const SERVER = fileURLToPath(new URL("../../helpers/own-process.ts", import.meta.url));
const WARM_UP = 10_000;
const REQUESTS = 100_000;
/** The heap is looked at after so many, so that a leak is told before it has filled the memory. */
const STEP = 10_000;
const MOST_GROWTH = 5_000_000;
const LANES = 8;

test("100,000 spellings of one media type leave nothing behind in the server's memory", {
  timeout: 600_000,
}, async () => {
  const { send, heapUsed } = await startInOwnProcess();
  const sendAll = async (from: number, to: number) => {
    const lane = async (first: number) => {
      for (let number = first; number < to; number += LANES) await send(`application/json; p=${number}`);
    };
    await Promise.all(Array.from({ length: LANES }, (_, index) => lane(from + index)));
  };
  await sendAll(0, WARM_UP);
  const before = await heapUsed();

  for (let sent = 0; sent < REQUESTS; sent += STEP) {
    await sendAll(WARM_UP + sent, WARM_UP + sent + STEP);
    expect((await heapUsed()) - before, `bytes more after ${sent + STEP} requests`).toBeLessThan(MOST_GROWTH);
  }
});

/** The heap is then the server's alone: neither the test nor who else shares its worker is in it. */
async function startInOwnProcess() {
  const child = fork(SERVER, [JSON.stringify(acme())], { execArgv: ["--expose-gc"] });
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  onTestFinished(() => {
    agent.destroy();
    child.kill("SIGKILL");
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The server ended with ${code}.`);
  });
  /** What the child says next; it must not end instead. */
  const told = async <T>(): Promise<T> => {
    const [message] = await Promise.race([once(child, "message"), ended]);
    return message;
  };
  const { url, demo } = await told<{ url: string; demo: DemoCredentials }>();
  const pair = Buffer.from(`${demo.apiKey.id}:${demo.apiKey.secret}`).toString("base64");
  const body = JSON.stringify(signIn());
  return {
    send: (type: string) => {
      const headers = { "Content-Type": type, Authorization: `Basic ${pair}` };
      const sent = request(`${url}/v1/users/u-ada/$sync`, { agent, method: "PUT", headers });
      return new Promise<void>((resolve, reject) => {
        sent.once("error", reject).once("response", (response) => {
          if (response.statusCode !== 200) reject(new Error(`${type} is ${response.statusCode}`));
          response.once("end", resolve).resume();
        });
        sent.end(body);
      });
    },
    heapUsed: async () => {
      child.send("heap");
      return (await told<{ heapUsed: number }>()).heapUsed;
    },
  };
}

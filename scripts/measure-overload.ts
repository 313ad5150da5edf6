import { openConnection, type Reply } from "./load/connection.ts";
import { type Figures, percent, quantile, summary } from "./load/figures.ts";
import { type ServerProcess, startServerProcess } from "./load/server-process.ts";
import { signInBytes } from "./load/sign-in-bytes.ts";

type Print = (line: string) => void;

/** Connections that carry the load; each has at most one request under way. */
const CONNECTIONS = 256;
const CAPACITY_CONNECTIONS = 16;
const SECONDS = 6;
/** Milliseconds after which the overload has been noticed, and the queue that came before is gone. */
const SETTLING_MS = 500;

/**
 * Measures the server's capacity in changing syncs (SQLite file, synchronous=FULL), then offers three times as much for
 * some seconds, then half of it, and prints what became of it. Exit codes: 0 as promised, 1 not.
 */
export async function run(print: Print): Promise<number> {
  const server = await startServerProcess("--log-level", "info");
  try {
    await saturate(server, 2);
    const capacity = await saturate(server, SECONDS);
    print(
      `capacity      ${capacity.toFixed(0)} syncs/s with ${CAPACITY_CONNECTIONS} connections, each after the other`,
    );
    const over = await offer(server, capacity * 3, SECONDS);
    print(summary("three times", over));
    const after = await offer(server, capacity / 2, 5);
    print(summary("half, after", after));
    const verdicts = [
      [
        `good answers are ${percent(over.good / SECONDS / capacity)} of capacity (80 % or more)`,
        over.good / SECONDS >= capacity * 0.8,
      ],
      [`refusals take ${quantile(over.shedMs, 0.99)} ms at p99 (20 or less)`, quantile(over.shedMs, 0.99) <= 20],
      [`/livez failed ${over.livezFailed} times (0)`, over.livezFailed === 0],
      [`nothing failed otherwise: ${over.failed} (0)`, over.failed === 0],
      [`after it ${percent(after.shed / after.offered)} are refused (0 %)`, after.shed === 0],
    ] as const;
    for (const [text, holds] of verdicts) print(`${holds ? "ok    " : "MISSED"} ${text}`);
    return verdicts.every(([, holds]) => holds) ? 0 : 1;
  } finally {
    await server.end();
  }
}

/** Answers a second where each connection sends its next request when the last was answered. */
async function saturate(server: ServerProcess, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let good = 0;
  const work = async () => {
    const connection = openConnection(server.url);
    for (let turn = 0; performance.now() < until; turn += 1) {
      const { status } = await connection.send(signInBytes(server, turn));
      if (status === 200) good += 1;
    }
    connection.socket.destroy();
  };
  await Promise.all(Array.from({ length: CAPACITY_CONNECTIONS }, work));
  return good / seconds;
}

/** Requests at a fixed rate, whether or not the earlier ones were answered, as long as a connection is free. */
async function offer(server: ServerProcess, rate: number, seconds: number): Promise<Figures> {
  const figures: Figures = {
    offered: 0,
    good: 0,
    shed: 0,
    failed: 0,
    goodMs: [],
    shedMs: [],
    livezMs: [],
    livezFailed: 0,
  };
  const free = Array.from({ length: CONNECTIONS }, () => openConnection(server.url));
  const all = [...free];
  // A server accepts one connection a turn of its event loop: what is measured is load, not a stampede of callers.
  for (const { send } of all) await send(signInBytes(server, 0));
  const take = ({ status, ms }: Reply) => {
    if (status === 200) figures.good += 1;
    else if (status === 503) figures.shed += 1;
    else figures.failed += 1;
    if (isSettled()) (status === 200 ? figures.goodMs : figures.shedMs).push(ms);
  };
  const start = performance.now();
  const isSettled = () => performance.now() - start > SETTLING_MS;
  const probe = setInterval(() => void probeLivez(server, figures), 100);
  await new Promise<void>((resolve) => {
    const tick = () => {
      const elapsed = performance.now() - start;
      if (elapsed >= seconds * 1_000) return resolve();
      const due = (elapsed / 1_000) * rate;
      while (figures.offered < due) {
        figures.offered += 1;
        const connection = free.pop();
        if (!connection) continue;
        connection
          .send(signInBytes(server, figures.offered))
          .then(take, () => (figures.failed += 1))
          .finally(() => free.push(connection));
      }
      setTimeout(tick, 1);
    };
    tick();
  });
  clearInterval(probe);
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const { socket } of all) socket.destroy();
  return figures;
}

async function probeLivez({ url }: ServerProcess, figures: Figures): Promise<void> {
  const start = performance.now();
  const status = await fetch(`${url}/livez`).then(
    (answer) => answer.text().then(() => answer.status),
    () => 0,
  );
  if (status !== 200) figures.livezFailed += 1;
  figures.livezMs.push(performance.now() - start);
}

if (import.meta.main) process.exitCode = await run(console.log);

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openConnection, type Reply } from "../shared/connection.ts";
import { quantile } from "../shared/statistics.ts";
import { load } from "./load.ts";
import type { Row } from "./report.ts";
import { startService } from "./service.ts";
import type { Bench } from "./side-by-side.ts";
import { requestBytes, USERS } from "./sign-ins.ts";

const CONNECTIONS = 256;
/** Time for the last responses. */
const DRAIN_MS = 300;

/** The capacity for changing syncs on a SQLite file, and the goodput at three times that rate. */
export async function overload({ site, seconds }: Bench): Promise<Row[]> {
  const target = await startService({ site, database: join(site.folder, "overload.sqlite") });
  const plan = { headers: site.basic, kind: "changing", users: USERS } as const;
  await load(target, { plan, status: 200, seconds });
  const { "requests/s": capacity } = await load(target, { plan, status: 200, seconds });
  const requestOf = (number: number) => requestBytes(target.url, plan, number);
  const cells = await offer(target.url, requestOf, capacity * 3, seconds);
  await target.end();
  return [
    { title: "capacity, 16 connections", cells: { "good/s": capacity } },
    { title: "3 × the capacity", cells },
  ];
}

/** Sends requests at a fixed rate, independent of the responses, as long as one of 256 connections is free. */
async function offer(url: string, requestOf: (index: number) => Buffer, rate: number, seconds: number) {
  const connections = Array.from({ length: CONNECTIONS }, () => openConnection(url));
  const free = [...connections];
  const replies: Reply[] = [];
  let [offered, failed] = [0, 0];
  const start = performance.now();
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - start) / 1_000) {
    for (; offered < elapsed * rate; offered += 1) {
      const connection = free.pop();
      const sent = connection?.send(requestOf(offered)).then((reply) => replies.push(reply));
      sent?.catch(() => (failed += 1)).finally(() => connection && free.push(connection));
    }
    await sleep(1);
  }
  await sleep(DRAIN_MS);
  for (const { socket } of connections) socket.destroy();
  const timesOf = (wanted: number) => replies.flatMap(({ status, ms }) => (status === wanted ? [ms] : []));
  const [good, shed] = [timesOf(200), timesOf(503)];
  return {
    "offered/s": offered / seconds,
    "good/s": good.length / seconds,
    "good p99 ms": quantile(good, 0.99),
    "503/s": shed.length / seconds,
    "503 p99 ms": quantile(shed, 0.99),
    failed: failed + replies.length - good.length - shed.length,
  };
}

import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../../scripts/shared/program.ts";
import { signIn } from "../helpers/stub.ts";
import { BALANCERS, startHaproxy, startNginx } from "./balancers.ts";
import { createPostgresScene } from "./scene.ts";

const SERVERS = 3;
const SECONDS = 30;
/** Time in milliseconds after which the balancer uses a restarted server again, as in server/operating.md. */
const READY_AGAIN_MS = 3_000;
const hasBoth = BALANCERS.length === 2;
if (!hasBoth)
  console.warn("HAProxy and nginx are not both installed (Debian packages): the rolling restart is skipped.");

interface Callers {
  callers: number;
  /** Milliseconds between two requests of a caller. */
  pauseMs: number;
}

/** Statuses and errors of the syncs of several callers, by their number. */
function startCallers(url: string, authorization: string, agent: Agent, { callers, pauseMs }: Callers) {
  const outcomes: Record<string, number> = {};
  let isOver = false;
  const call = async (turn: number) => {
    const headers = { Authorization: authorization, "Content-Type": "application/json" };
    const sent = request(`${url}/v1/users/u-${turn % 50}/$sync`, { method: "PUT", agent, headers });
    sent.end(JSON.stringify(signIn({ attributes: { turn: String(turn) } })));
    try {
      const [response]: IncomingMessage[] = await once(sent, "response");
      const body = response && (await text(response));
      return response?.statusCode === 200 ? "200" : `${response?.statusCode} ${body}`;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const run = async (caller: number) => {
    for (let turn = caller; !isOver; turn += callers) {
      const outcome = await call(turn);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      await sleep(pauseMs);
    }
  };
  const ended = Promise.all(Array.from({ length: callers }, (_, caller) => run(caller)));
  return async () => {
    isOver = true;
    await ended;
    agent.destroy();
    return outcomes;
  };
}

test.runIf(hasBoth).for<[load: string, callers: Callers]>([
  ["under load", { callers: 8, pauseMs: 0 }],
  // Between two requests, no connection may be open.
  ["with few requests", { callers: 2, pauseMs: 20 }],
])("a rolling restart behind HAProxy and nginx %s loses no request", { timeout: 120_000 }, async ([, callers]) => {
  const { startServer } = await createPostgresScene({ users: 50 });
  // Below the range from which systems take ports for outgoing connections, so that a restarted server finds its port free.
  const first = 20_000 + Math.floor(Math.random() * 10_000);
  const ports = Array.from({ length: SERVERS }, (_, index) => first + index);
  const servers = await Promise.all(ports.map((port) => startServer({ port })));
  const [{ target }] = servers as [(typeof servers)[0]];
  const [haproxy, nginx] = [await startHaproxy(ports), await startNginx(ports)];
  const passive = await startNginx(ports, { isPassive: true });
  const start = performance.now();
  const endHaproxy = startCallers(haproxy, target.authorization, new Agent({ keepAlive: true }), callers);
  // A reload of nginx closes idle connections of its callers, so each request has its own.
  const endNginx = startCallers(nginx.url, target.authorization, new Agent({ keepAlive: false }), callers);
  const endPassive = startCallers(passive.url, target.authorization, new Agent({ keepAlive: true }), callers);
  for (const [index, port] of ports.entries()) {
    await nginx.use(ports.filter((other) => other !== port));
    expect((await servers[index]?.end())?.code).toBe(0);
    await startServer({ port, loads: false });
    await nginx.use(ports);
    await sleep(READY_AGAIN_MS);
  }
  await sleep(Math.max(0, SECONDS * 1_000 - (performance.now() - start)));
  const outcomes = { haproxy: await endHaproxy(), nginx: await endNginx(), passive: await endPassive() };
  const only200 = { 200: expect.any(Number) };
  expect(outcomes).toEqual({ haproxy: only200, nginx: only200, passive: only200 });
  for (const { 200: count } of Object.values(outcomes)) expect(count).toBeGreaterThan(1_000);
});

test.runIf(hasBoth)(
  "HAProxy keeps servers that pause for two seconds together, and leaves a server that does not respond",
  {
    timeout: 60_000,
  },
  async () => {
    const { startServer } = await createPostgresScene({ users: 50 });
    const servers = [await startServer(), await startServer()] as const;
    const signal = (name: NodeJS.Signals, ...some: readonly (typeof servers)[number][]) => {
      for (const { child } of some) child.kill(name);
    };
    const haproxy = await startHaproxy(servers.map(({ url }) => Number(new URL(url).port)));
    const { authorization } = servers[0].target;
    const start = () => startCallers(haproxy, authorization, new Agent(), { callers: 4, pauseMs: 20 });
    const end = start();
    await sleep(1_000);
    signal("SIGSTOP", ...servers);
    await sleep(2_100);
    signal("SIGCONT", ...servers);
    await sleep(1_000);
    expect(await end()).toEqual({ 200: expect.any(Number) });

    signal("SIGSTOP", servers[0]);
    onTestFinished(() => signal("SIGCONT", servers[0]));
    const page = async () =>
      (await fetch(haproxy, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined))?.status;
    const isLeft = async () => (await Promise.all(Array.from({ length: 6 }, page))).every((status) => status === 404);
    await until(isLeft, 10_000);
    const endLeft = start();
    await sleep(1_000);
    expect(await endLeft()).toEqual({ 200: expect.any(Number) });
  },
);

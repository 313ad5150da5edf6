import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Request } from "autocannon";
import type { Running } from "./load.ts";

export interface Command {
  /** What Node runs, with its arguments. */
  args: readonly string[];
  url: string;
  cwd?: string;
  /** Variables besides ours, without what would set our server otherwise. */
  environment?: Record<string, string>;
  /** `ignore` is /dev/null: the server makes and writes its log, and whoever would read it costs nothing here. */
  output?: "ignore" | "pipe";
}

/** A request that a server answers once it is ready, and the status it then has. */
export interface Probe {
  request: Request;
  status: number;
}

export interface ServerChild extends Running {
  child: ChildProcess;
  /** Milliseconds from its start to the first answer. */
  readyMs: number;
}

/** Long enough for a million users to be loaded. */
const PATIENCE_MS = 900_000;

const RUNNING = new Set<ChildProcess>();
// Servers do not outlive the bench, whatever ends it.
process.once("exit", () => {
  for (const child of RUNNING) child.kill("SIGKILL");
});

/** Starts a server in a process of its own, and answers when it has answered the probe. */
export async function startChild(command: Command, probe: Probe): Promise<ServerChild> {
  const start = performance.now();
  const { child, exited, said } = spawned(command);
  const { url } = command;
  const end = async () => {
    child.kill("SIGTERM");
    await exited;
  };
  try {
    await untilAnswered(url, probe, () => child.exitCode !== null || child.signalCode !== null);
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`${(error as Error).message} ${said()}`.trim(), { cause: error });
  }
  return { child, url, pids: [child.pid ?? 0], readyMs: performance.now() - start, end };
}

function spawned({ args, cwd, environment = {}, output = "ignore" }: Command) {
  const child = spawn(process.execPath, [...args], {
    ...(cwd !== undefined && { cwd }),
    env: { ...cleanEnvironment(), ...environment },
    stdio: ["ignore", output, "pipe"],
  });
  RUNNING.add(child);
  const exited = once(child, "exit").finally(() => RUNNING.delete(child));
  let text = "";
  child.stderr?.on("data", (chunk) => {
    text = `${text}${chunk}`.slice(-2_000);
  });
  return { child, exited, said: () => text.trim() };
}

/** The first answer's status must be the expected one: a server that refuses is no server of ours that is not ready. */
async function untilAnswered(url: string, probe: Probe, hasEnded: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const status = await statusOf(url, probe.request);
    if (status === probe.status) return;
    if (status !== undefined) throw new Error(`The server answered ${status}, not ${probe.status}.`);
    if (hasEnded()) throw new Error("The server ended before it answered.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`The server did not answer within ${PATIENCE_MS / 1_000} s.`);
}

/** Undefined where nobody listens yet. */
async function statusOf(
  url: string,
  { path = "/", method = "GET", headers, body }: Request,
): Promise<number | undefined> {
  const init = {
    method,
    headers: headers as Record<string, string>,
    ...(body !== undefined && { body: String(body) }),
  };
  const answer = await fetch(url + path, init).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.status;
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(NEXUS_SYNC_|NODE_)/.test(name));
  return Object.fromEntries(kept);
}

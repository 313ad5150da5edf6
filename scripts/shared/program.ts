import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onExit } from "./on-exit.ts";

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Everything the program printed, both streams. */
  output: string;
}

export interface Program {
  child: ChildProcess;
  /** Resolves when the process has exited and its output is complete. Rejects if it could not be started. */
  ended: Promise<Ended>;
  output(): string;
  isRunning(): boolean;
  /** Waits until the text printed since the last call matches, and returns that text. Rejects if the program ends first. */
  printed(pattern: RegExp): Promise<string>;
  /** Sends the signal, SIGTERM by default, and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
}

/** Starts a program as a child process and collects its output. It is killed when this process exits. */
export function startProgram([command = "", ...args]: readonly string[], options: SpawnOptions = {}): Program {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const forget = onExit(() => void child.kill("SIGKILL"));
  let output = "";
  let seen = 0;
  let more = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      more.resolve();
      more = Promise.withResolvers();
    });
  }
  const ended = once(child, "close").then(([code, signal]): Ended => ({ code, signal, output }));
  // A caller that only waits for a line gets the error from `printed`.
  ended.catch(() => {}).finally(forget);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    child,
    ended,
    output: () => output,
    isRunning,
    async printed(pattern) {
      while (!pattern.test(output.slice(seen))) {
        const end = await Promise.race([more.promise, ended]);
        if (end && !pattern.test(output.slice(seen))) throw new Error(endText(end, pattern));
      }
      const text = output.slice(seen);
      seen = output.length;
      return text;
    },
    end(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}

function endText({ code, signal, output }: Ended, pattern: RegExp): string {
  return `The program ended with ${code ?? signal} before it printed ${pattern}: ${output.trim()}`;
}

/** Polls until `holds` returns true. Returns the milliseconds it took. @throws after `withinMs` milliseconds */
export async function until(holds: () => Promise<boolean> | boolean, withinMs: number): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > withinMs) throw new Error(`The condition did not hold within ${withinMs} ms.`);
    await sleep(5);
  }
  return performance.now() - start;
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port is free.");
  return address.port;
}

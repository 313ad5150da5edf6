import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const MAIN = fileURLToPath(new URL("../../server/main.ts", import.meta.url));

export interface ServerUnderTest {
  url: string;
  child: ChildProcess;
  /** All lines of its output. */
  lines: string[];
  /** Sends the signal; resolves when the process has exited. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<{ code: number | null; signal: string | null }>;
  isRunning(): boolean;
  /** The status of a health endpoint; 0 without a response. */
  page(path: "/livez" | "/readyz"): Promise<number>;
}

/** Starts server/main.ts as a process on a free port; it is killed at the end of the test. */
export async function startServerUnderTest(
  flags: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerUnderTest> {
  const child = spawn(process.execPath, [MAIN, "--port", "0", "--log-level", "warn", ...flags], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  const lines: string[] = [];
  const listening = new Promise<string>((resolve) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on("line", (line) => {
        lines.push(line);
        const [, found] = /contract server on (\S+)/.exec(line) ?? [];
        if (found !== undefined) resolve(found);
      });
    }
  });
  const url = await Promise.race([
    listening,
    exited.then(({ code }) => {
      throw new Error(`The server ended with ${code} before it listened: ${lines.join("\n")}`);
    }),
  ]);
  return {
    url,
    child,
    lines,
    end(signal) {
      child.kill(signal);
      return exited;
    },
    isRunning: () => child.exitCode === null && child.signalCode === null,
    page: (path) => statusOf(url + path),
  };
}

async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.text();
    return response.status;
  } catch {
    return 0;
  }
}

/** Polls until the condition holds and returns the milliseconds it took. @throws after `withinMs` */
export async function until(holds: () => Promise<boolean>, withinMs: number): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > withinMs) throw new Error(`The condition does not hold within ${withinMs} ms.`);
    await setTimeout(10);
  }
  return performance.now() - start;
}

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
  /** Every line it has printed since it listens. */
  lines: string[];
  /** Sends the signal, and answers once the process is over. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<{ code: number | null; signal: string | null }>;
  isRunning(): boolean;
  /** The status of a health page; 0 where no answer came. */
  page(path: "/livez" | "/readyz"): Promise<number>;
}

/** The server that users get, as a process of its own on a free port; ends with the test at the latest. */
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
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.text();
    return answer.status;
  } catch {
    return 0;
  }
}

/** Milliseconds until it holds. @throws where it does not within `withinMs` */
export async function until(holds: () => Promise<boolean>, withinMs: number): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > withinMs) throw new Error(`It does not hold within ${withinMs} ms.`);
    await setTimeout(10);
  }
  return performance.now() - start;
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { run as generate } from "./generate.ts";
import type { Print } from "./sound-contract.ts";

const SERVER = fileURLToPath(new URL("../server/main.ts", import.meta.url));

/**
 * `npm run dev`: watches the contract, and runs the contract server (with `args` as its flags) on what it gives; each
 * good edit starts it anew, a bad one leaves it running. Ends with the server, or when `signal` aborts.
 * Exit codes: those of the server; 0 where it was ended.
 */
export async function run(args: string[], print: Print, signal: AbortSignal): Promise<number> {
  const end = new AbortController();
  signal.addEventListener("abort", () => end.abort(), { once: true });
  const servers: ChildProcess[] = [];
  let code = 0;
  let work = Promise.resolve();

  const restart = async () => {
    await stop(servers.pop());
    if (end.signal.aborted) return;
    const server = spawn(process.execPath, [SERVER, ...args], { stdio: "inherit" });
    servers.push(server);
    server.once("exit", (exitCode) => {
      // Ended by itself: a port in use, a wrong flag. Nothing is left to watch for.
      if (!servers.includes(server)) return;
      servers.length = 0;
      code = exitCode ?? 1;
      end.abort();
    });
  };
  const onRun = (written: string[]) => {
    if (servers.length > 0 && written.length === 0) return;
    if (servers.length > 0) print("The contract has changed: the server starts anew, and forgets what is in memory.");
    work = work.then(restart);
  };
  await generate(["--watch"], print, { signal: end.signal, onRun });
  await work;
  await stop(servers.pop());
  return code;
}

async function stop(server: ChildProcess | undefined): Promise<void> {
  if (!server || server.exitCode !== null) return;
  server.kill("SIGTERM");
  await once(server, "exit");
}

if (import.meta.main) {
  const end = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => end.abort());
  process.exitCode = await run(process.argv.slice(2), console.log, end.signal);
}

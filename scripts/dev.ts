import type { CreateHandlers, RunningServer } from "../server/running-server.ts";
import type { Serving } from "../server/serve.ts";
import { helpText, readSettings } from "../server/settings/settings.ts";
import type { Settings } from "../server/settings/values.ts";
import { watchHandlers } from "./dev/handlers.ts";
import { CONTRACTS } from "./generate/contracts.ts";
import { watchInWorker } from "./generate/watch/watch-worker.ts";
import type { Print } from "./shared/print.ts";

/**
 * `npm run dev`: regenerates at each change of a contract, in a worker thread, and runs the contract server (with `args`
 * as its flags). After each good edit the server reloads the contract; after a bad one it keeps the last good contract.
 * Handlers are imported again when they change.
 * Ends on SIGINT or SIGTERM.
 * Exit codes: those of the server; 0 before it has started.
 */
export async function run(args: string[], print: Print): Promise<number> {
  const settings = readSettings(args, process.env);
  if (!settings) {
    print(helpText("npm run dev --"));
    return 0;
  }
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => end.abort());
  let serving: Serving | undefined;
  let createHandlers: CreateHandlers | undefined;
  let isStale = false;
  const reloadHandlers = async (load: () => Promise<CreateHandlers>) => {
    try {
      createHandlers = await load();
    } catch (error) {
      print(`The server keeps the last handlers. ${(error as Error).stack}`);
      return;
    }
    if (!serving) return;
    isStale = !(await reload(serving.server, createHandlers, { print, uses: "handlers" }));
  };
  const handlers = watchHandlers(reloadHandlers, end.signal);
  const project = { root: process.cwd(), contracts: CONTRACTS };
  try {
    for await (const written of watchInWorker({ ...project, signal: end.signal }, print)) {
      if (!serving) serving = await start(settings, end.signal);
      else if (written.length > 0 || isStale) {
        isStale = !(await reload(serving.server, createHandlers, { print, uses: "contract" }));
      }
    }
  } finally {
    end.abort();
    await handlers;
  }
  return serving?.ended ?? 0;
}

async function start(settings: Settings, signal: AbortSignal): Promise<Serving> {
  // Imported here because generated/ may only now be in step with the contract.
  const { serve } = await import("../server/serve.ts");
  // Generating uses the processor: an event-loop delay would not mean that there are too many requests.
  const serving = await serve(settings, { delayMs: undefined });
  if (signal.aborted) serving.end();
  return serving;
}

interface Reload {
  print: Print;
  /** The part that has changed. */
  uses: "contract" | "handlers";
}

/** Returns whether the server uses the new contract and the new handlers. */
async function reload(server: RunningServer, create: CreateHandlers | undefined, { print, uses }: Reload) {
  try {
    await server.reload(create);
    print(`The server uses the new ${uses}.`);
    return true;
  } catch (error) {
    print(`The server keeps the last good contract. ${(error as Error).message}`);
    return false;
  }
}

if (import.meta.main) {
  process.exitCode = await run(process.argv.slice(2), console.log).catch(async (error: unknown) => {
    const { reportFailure } = await import("../server/report-failure.ts");
    return reportFailure(error);
  });
}

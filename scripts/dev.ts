import type { RunningServer } from "../server/running-server.ts";
import type { Serving } from "../server/serve.ts";
import { helpText, readSettings, type Settings } from "../server/settings.ts";
import { refuseUnfit } from "../server/settings-check.ts";
import { watchInWorker } from "./generate/watch-worker.ts";
import { createImportAnew } from "./import-anew.ts";
import type { Print } from "./shared/print.ts";

const WAY_IN = new URL("../server/way-in.ts", import.meta.url);

/**
 * `npm run dev`: watches the contracts, and runs the contract server (with `args` as its flags) on what they give. Each
 * good edit changes the way in of the server that runs; a bad one leaves all as it is. Ends on SIGINT or SIGTERM.
 * Exit codes: those of the server; 0 where there was none yet.
 */
export async function run(args: string[], print: Print): Promise<number> {
  try {
    const settings = readSettings(args, process.env);
    if (settings) {
      refuseUnfit(settings);
      return await develop(settings, print);
    }
    print(helpText());
    return 0;
  } catch (error) {
    const { tellFailure } = await import("../server/failure.ts");
    return tellFailure(error);
  }
}

async function develop(settings: Settings, print: Print): Promise<number> {
  const importAnew = createImportAnew();
  const state: { serving?: Serving; isBehind: boolean } = { isBehind: false };
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => end.abort());
  const onRun = async (written: string[]) => {
    if (!state.serving) state.serving = await begin(settings, end.signal);
    else if (written.length > 0 || state.isBehind) {
      state.isBehind = !(await exchange(state.serving.server, importAnew, print));
    }
  };
  await watchInWorker(onRun, print, end.signal);
  return state.serving?.ended ?? 0;
}

async function begin(settings: Settings, signal: AbortSignal): Promise<Serving> {
  // Loaded now and not above: it loads what is generated, and that had to be in step first.
  const { serve } = await import("../server/serve.ts");
  // Generating takes processor time: a late event loop says nothing about how many requests there are.
  const serving = await serve(settings, undefined);
  if (signal.aborted) serving.end();
  return serving;
}

/** Whether the server goes by the new contract now. */
async function exchange(
  server: RunningServer,
  importAnew: (url: URL) => Promise<unknown>,
  print: Print,
): Promise<boolean> {
  try {
    // The module has this shape, whatever the contract is by now.
    const { createWayIn } = (await importAnew(WAY_IN)) as typeof import("../server/way-in.ts");
    await server.exchange(createWayIn);
    print("Requests go by the new contract from now on.");
    return true;
  } catch (error) {
    print(`The server stays with the last good contract. ${(error as Error).message}`);
    return false;
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2), console.log);

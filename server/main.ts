import { reportFailure } from "./report-failure.ts";
import { serve } from "./serve.ts";
import { helpText, readSettings } from "./settings.ts";

/** Event-loop delay in milliseconds above which requests are rejected with 503. */
const MAX_DELAY_MS = 500;

/**
 * Exit codes: 0 shut down as requested, 1 an internal error, or a shutdown that closed connections before their
 * requests had finished (a second signal, the deadline), 2 a setting, file or port that can't be used.
 */
async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (!settings) {
    console.log(helpText());
    return 0;
  }
  const { ended } = await serve(settings, { delayMs: MAX_DELAY_MS });
  return ended;
}

process.exitCode = await main().catch(reportFailure);

import { tellFailure } from "./failure.ts";
import { serve } from "./serve.ts";
import { helpText, readSettings } from "./settings.ts";
import { refuseUnfit } from "./settings-check.ts";

/** A request that has waited this long, in milliseconds, while the event loop is overloaded, is refused with 503. */
const LATE_MS = 6;

/**
 * Exit codes: 0 ended as asked, 1 our own failure, or an end that cut a request (a second signal, the deadline), 2 a
 * setting, file or port that can't be used.
 */
async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (!settings) {
    console.log(helpText());
    return 0;
  }
  refuseUnfit(settings);
  const { ended } = await serve(settings, LATE_MS);
  return ended;
}

process.exitCode = await main().catch(tellFailure);

import { setTimeout } from "node:timers";
import { parse } from "node:url";
import { commandOf } from "./commands.ts";
import { reportFailure } from "./report-failure.ts";
import { serve } from "./serve.ts";
import { helpText, readSettings } from "./settings/settings.ts";

/** Event-loop delay in milliseconds above which requests are rejected with 503. */
const MAX_DELAY_MS = 500;
/** Milliseconds that a server which has run waits for the reader of stderr. */
const UNREAD_MS = 500;

/**
 * Runs the command that the first argument names, or the server.
 * Exit codes of the server: 0 after a complete shutdown; 1 after an internal error, or if a second signal or the deadline closed
 * connections before their requests had finished; 2 if a setting, file or port can't be used.
 */
async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const command = commandOf(args);
  if (command) return command.run(args.slice(1));
  const settings = readSettings(args, process.env);
  if (!settings) {
    console.log(helpText());
    return 0;
  }
  const started = await serve(settings, { delayMs: MAX_DELAY_MS }).catch(reportFailure);
  const code = typeof started === "number" ? started : await started.ended;
  // A connection to a database that does not respond would keep the process alive. The messages are written first, those of a
  // failed start for however long their reader takes.
  process.stderr.write("", () => process.exit(code));
  if (typeof started !== "number") setTimeout(process.exit, UNREAD_MS, code);
  return code;
}

// The request validator calls `url.parse` for each request. Until Node has warned about it once, each call inspects the
// caller's stack, which takes 6 % of a sync. `npm start` hides this warning.
if (process.execArgv.includes("--disable-warning=DEP0169")) parse("/");

process.exitCode = await main().catch(reportFailure);

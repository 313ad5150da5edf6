import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import pino from "pino";
import { banner } from "./banner.ts";
import { ContractUnusable } from "./contract-unusable.ts";
import { helpText, readSettings, SettingRefused, type Settings } from "./settings.ts";
import type { RunningServer } from "./start.ts";
import { DirectoryRefused, StoreUnavailable, StoreUnusable } from "./store/store.ts";

const DEMO_DIRECTORY = fileURLToPath(new URL("./demo-directory.json", import.meta.url));

/** Exit codes: 0 ended as asked, 1 our own failure, 2 a setting, file or port that can't be used. */
async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (!settings) return console.log(helpText());
  const server = await start(settings);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close());
  console.log(banner(server, { listsDemoUsers: settings.directory === "demo" }));
}

async function start({ port, host, database, directory, bodyLimit, logLevel }: Settings): Promise<RunningServer> {
  // Compiled code is kept in the system's temporary folder, which saves a sixth of the next start.
  enableCompileCache();
  // Loaded now and not above: a wrong flag and --help need not wait for the validator.
  const { startServer } = await import("./start.ts");
  return startServer({
    port,
    host,
    database,
    bodyLimit,
    log: pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }),
    ...(directory !== "none" && { directory: directory === "demo" ? DEMO_DIRECTORY : directory }),
  });
}

/** One clear line for what the person who started it can mend; a stack only for our own failures. */
function report(error: unknown): number {
  if (error instanceof DirectoryRefused) {
    console.error([error.message, ...error.problems.map((problem) => `  ${problem}`)].join("\n"));
  } else if (isRefusal(error)) console.error(error.message);
  else if (isListenError(error)) console.error(`${error.message}. Choose another --port or --host.`);
  else {
    console.error(error instanceof ContractUnusable ? error.message : error);
    return 1;
  }
  return 2;
}

function isRefusal(error: unknown): error is Error {
  return [SettingRefused, StoreUnusable, StoreUnavailable].some((Refusal) => error instanceof Refusal);
}

function isListenError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && ["listen", "getaddrinfo"].includes(String(error.syscall));
}

await main().catch((error: unknown) => {
  process.exitCode = report(error);
});

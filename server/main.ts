import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import type { AccessOptions } from "./access.ts";
import { banner } from "./banner.ts";
import { ContractUnusable } from "./contract-unusable.ts";
import { CredentialsRefused } from "./http/credentials-file.ts";
import { JwksRefused } from "./http/key-set.ts";
import { createLog, userIdHash } from "./log.ts";
import { refuseUnfit } from "./modes.ts";
import { createProgressBar } from "./progress-bar.ts";
import { SettingRefused } from "./setting-readers.ts";
import { helpText, readSettings, type Settings } from "./settings.ts";
import type { RunningServer } from "./start.ts";
import { DirectoryRefused, StoreUnavailable, StoreUnusable } from "./store/store.ts";

const DEMO_DIRECTORY = fileURLToPath(new URL("./demo-directory.json", import.meta.url));

/** A request that has waited this long, in milliseconds, while the event loop is overloaded, is refused with 503. */
const LATE_MS = 8;
/** Idle connections get this long, in milliseconds, for what is on its way; and everything is over before 10 s. */
const FAREWELL = { graceMs: 1_000, deadlineMs: 9_500 };

/**
 * Exit codes: 0 ended as asked, 1 our own failure, or an end that cut a request (a second signal, the deadline), 2 a
 * setting, file or port that can't be used.
 */
async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (!settings) return console.log(helpText());
  refuseUnfit(settings);
  const server = await start(settings);
  endOnSignals(server);
  console.log(banner(server, { listsDemoUsers: settings.directory === "demo" }));
}

function endOnSignals(server: RunningServer): void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const again = () => server.cut();
  const end = async () => {
    for (const signal of signals) process.off(signal, end).on(signal, again);
    const isWhole = await server.end(FAREWELL);
    process.exitCode = isWhole ? 0 : 1;
    for (const signal of signals) process.off(signal, again);
  };
  for (const signal of signals) process.on(signal, end);
}

async function start(settings: Settings): Promise<RunningServer> {
  // Compiled code is kept in the system's temporary folder, which saves a sixth of the next start.
  enableCompileCache();
  // Loaded now and not above: a wrong flag and --help need not wait for the validator.
  const { startServer } = await import("./start.ts");
  const { port, host, database, databasePool, directory, bodyLimit, maxInFlight, corsOrigin, logLevel } = settings;
  const bar = createProgressBar((text) => process.stderr.write(text));
  return startServer({
    ...(process.stderr.isTTY && { progress: bar.report }),
    ...{ port, host, database, databasePool, bodyLimit, load: { inFlight: maxInFlight, delayMs: LATE_MS } },
    log: createLog({
      level: logLevel,
      isPretty: process.stdout.isTTY,
      write: (text) => process.stdout.write(text),
    }),
    writeUserId: settings.logUserIds ? (userId) => userId : userIdHash(settings.logKey),
    ...(settings.databasePassword !== undefined && { databasePassword: settings.databasePassword }),
    ...(corsOrigin !== undefined && { corsOrigin }),
    ...accessOf(settings),
    ...(directory !== "none" && { directory: directory === "demo" ? DEMO_DIRECTORY : directory }),
  }).finally(() => bar.clear());
}

/** modes.ts has seen to it that what belongs together is there together. */
function accessOf({ credentials, jwksUrl, jwksFile, issuer, audience }: Settings): AccessOptions {
  const jwks = jwksUrl !== undefined ? { url: jwksUrl } : jwksFile !== undefined ? { file: jwksFile } : undefined;
  return {
    ...(credentials !== undefined && { credentialsFile: credentials }),
    ...(jwks && issuer !== undefined && audience !== undefined && { bearer: { jwks, issuer, audience } }),
  };
}

/** One clear line for what the person who started it can mend; a stack only for our own failures. */
function report(error: unknown): number {
  if (error instanceof DirectoryRefused || error instanceof CredentialsRefused) {
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
  return [SettingRefused, JwksRefused, StoreUnusable, StoreUnavailable].some((Refusal) => error instanceof Refusal);
}

function isListenError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && ["listen", "getaddrinfo"].includes(String(error.syscall));
}

await main().catch((error: unknown) => {
  process.exitCode = report(error);
});

import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import type { AccessOptions } from "./auth/schemes.ts";
import { banner } from "./banner.ts";
import { createLog, userIdHash } from "./http/log.ts";
import { createProgressBar } from "./progress-bar.ts";
import type { RunningServer } from "./running-server.ts";
import type { Settings } from "./settings.ts";
import type { ControlPortOptions } from "./stub/control/control-port.ts";

const DEMO_DIRECTORY = fileURLToPath(new URL("./demo-directory.json", import.meta.url));

/** Idle connections get this long, in milliseconds, for what is on its way; and everything is over before 10 s. */
const FAREWELL = { graceMs: 1_000, deadlineMs: 9_500 };

export interface Serving {
  server: RunningServer;
  /** Ends it as the first signal does. */
  end(): void;
  /** Exit code of its end: 0 as asked, 1 where a second signal or the deadline cut a request. */
  ended: Promise<number>;
}

/**
 * Runs a contract server as the settings say until SIGINT or SIGTERM, and prints its banner. `delayMs` is how long a
 * request may have waited while the event loop is overloaded; undefined: any time.
 */
export async function serve(settings: Settings, delayMs: number | undefined): Promise<Serving> {
  const server = await start(settings, delayMs);
  const serving = endOnSignals(server);
  console.log(banner(server, { listsDemoUsers: settings.directory === "demo" }));
  return serving;
}

function endOnSignals(server: RunningServer): Serving {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const { promise: ended, resolve, reject } = Promise.withResolvers<number>();
  const again = () => server.cut();
  const end = () => {
    for (const signal of signals) process.off(signal, end).on(signal, again);
    const free = () => {
      for (const signal of signals) process.off(signal, again);
    };
    server
      .end(FAREWELL)
      .finally(free)
      .then((isWhole) => resolve(isWhole ? 0 : 1), reject);
  };
  for (const signal of signals) process.on(signal, end);
  return { server, end, ended };
}

async function start(settings: Settings, delayMs: number | undefined): Promise<RunningServer> {
  // Compiled code is kept in the system's temporary folder, which saves a sixth of the next start.
  enableCompileCache();
  // Loaded now and not above: a wrong flag and --help need not wait for the validator.
  const { startServer } = await import("./start.ts");
  const { port, host, database, databasePool, directory, bodyLimit, maxInFlight, corsOrigin, logLevel } = settings;
  const bar = createProgressBar((text) => process.stderr.write(text));
  return startServer({
    ...(process.stderr.isTTY && { progress: bar.report }),
    ...{ port, host, database, databasePool, bodyLimit, load: { inFlight: maxInFlight, delayMs } },
    log: createLog({
      level: logLevel,
      isPretty: process.stdout.isTTY,
      write: (text) => process.stdout.write(text),
    }),
    writeUserId: settings.logUserIds ? (userId) => userId : userIdHash(settings.logKey),
    ...(settings.databasePassword !== undefined && { databasePassword: settings.databasePassword }),
    ...(corsOrigin !== undefined && { corsOrigin }),
    ...accessOf(settings),
    ...controlOf(settings),
    ...(directory !== "none" && { directory: directory === "demo" ? DEMO_DIRECTORY : directory }),
  }).finally(() => bar.clear());
}

function controlOf({ mode, controlPort, controlHost, controlToken }: Settings): ControlPortOptions & { stub: boolean } {
  return {
    ...{ stub: mode === "stub", controlPort },
    ...(controlHost !== undefined && { controlHost }),
    ...(controlToken !== undefined && { controlToken }),
  };
}

/** modes.ts has seen to it that what belongs together is there together. */
function accessOf({ credentials, jwksUrl, jwksFile, issuer, audience }: Settings): AccessOptions {
  const jwks = jwksUrl !== undefined ? { url: jwksUrl } : jwksFile !== undefined ? { file: jwksFile } : undefined;
  return {
    ...(credentials !== undefined && { credentialsFile: credentials }),
    ...(jwks && issuer !== undefined && audience !== undefined && { bearer: { jwks, issuer, audience } }),
  };
}

import { enableCompileCache } from "node:module";
import { constants } from "node:os";
import { performance } from "node:perf_hooks";
import { clearTimeout, setTimeout } from "node:timers";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { createLog, standardOutput } from "./http/log.ts";
import { userIdHash } from "./http/request-log.ts";
import type { ShutdownOptions } from "./http/shutdown.ts";
import { createProgress } from "./progress-bar.ts";
import { bannerLines, prepareReadyFile, type Ready, readyOf } from "./ready.ts";
import type { RunningServer, ServerOptions } from "./running-server.ts";
import { type Settings, withSource } from "./settings/values.ts";

const CACHE = fileURLToPath(new URL("../node_modules/.cache/nexus-sync/", import.meta.url));

/** Milliseconds for which the port stays open after a signal: load balancers that check `/readyz` every second see it fail. */
const GRACE_MS = 1_500;
/** Milliseconds after which the remaining connections are closed, so that the process ends within 10 s. */
const DEADLINE_MS = 9_000;
/** Milliseconds from there to the end of the process, even if a sync still waits for a database that does not respond. */
const FORCED_MS = 250;
/** Milliseconds in which a signal may arrive twice: npm repeats that of a terminal or of systemd, which the server gets too. */
const REPEATED_MS = 150;

const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

export interface Serving {
  server: RunningServer;
  /** Shuts down as the first signal does. */
  end(): void;
  /** Exit code: 0, or 1 if connections were closed before their requests had finished. */
  ended: Promise<number>;
}

/**
 * Starts a contract server that runs until SIGHUP, SIGINT or SIGTERM. Prints its banner on a terminal, elsewhere one line of JSON.
 * @param load `delayMs`: maximum event-loop delay, see LoadLimits; undefined for no limit.
 */
export async function serve(settings: Settings, load: { delayMs: number | undefined }): Promise<Serving> {
  // Node would open a debugger, in which anyone on this machine can read secrets.
  if (settings.mode === "service") process.on("SIGUSR1", () => {});
  // Cached compiled code shortens the start. `npm start` sets NODE_COMPILE_CACHE, so that main.ts is cached too: 400
  // instead of 480 ms to the first response.
  enableCompileCache(CACHE);
  // Without a listener, a write to a full disk or to a pipe that nothing reads ends the process.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  for (const line of settings.ignored) console.error(line);
  const writeReadyFile = settings.readyFile === undefined ? undefined : prepareReadyFile(settings.readyFile);
  const { log, ...others } = serverOptions(settings, load);
  const progress = createProgress(process.stderr, (state) => log.info(state, "loading"));
  const options = { ...others, log, progress: progress.report };
  const exitAtOnce = (signal: NodeJS.Signals) => {
    log.info({ signal }, "signal");
    process.exit(128 + constants.signals[signal]);
  };
  // Ends a start: what is loaded stays, and the next start completes it. As process 1 of a container, no signal has a default.
  for (const signal of SIGNALS) process.once(signal, exitAtOnce);
  const launched = launch(settings, options).finally(progress.stop);
  const { server, banner, ready, demo } = await launched.catch((error: unknown) => {
    throw withSource(error, settings);
  });
  const serving = endOnSignals(server, log, { graceMs: GRACE_MS, endsEarly: settings.mode === "stub" });
  for (const signal of SIGNALS) process.off(signal, exitAtOnce);
  try {
    writeReadyFile?.({ ...ready, demo });
  } catch (error) {
    await server.close();
    throw error;
  }
  console.log(process.stdout.isTTY ? banner : JSON.stringify(ready));
  return serving;
}

/** A started server, with its facts for people and for programs. */
interface Launched {
  server: RunningServer;
  banner: string;
  ready: Ready;
  /** Demo credentials, which only the banner and the ready file contain. */
  demo?: object | undefined;
}

/** Imports the modules of the mode only; an invalid flag or --help imports neither. */
async function launch(settings: Settings, options: ServerOptions): Promise<Launched> {
  if (settings.mode === "stub") return (await import("./stub/launch-stub.ts")).launchStub(settings, options);
  const { startServer } = await import("./start.ts");
  const directory = settings.directory === "none" ? undefined : settings.directory;
  const server = await startServer({ ...options, directory });
  return { server, banner: bannerLines(server).join("\n"), ready: readyOf(server) };
}

/** Adds each listener before it removes the previous one: without one, Node drops a signal that is not dispatched yet. */
function endOnSignals(server: RunningServer, log: Logger, shutdown: ShutdownOptions): Serving {
  const { promise: ended, resolve, reject } = Promise.withResolvers<number>();
  const forced = Promise.withResolvers<boolean>();
  let since = 0;
  const force = () => {
    if (performance.now() - since < REPEATED_MS) return;
    server.closeConnections();
    setTimeout(forced.resolve, FORCED_MS, false);
  };
  const end = (signal?: NodeJS.Signals) => {
    if (signal) log.info({ signal }, "signal");
    since = performance.now();
    for (const one of SIGNALS) process.on(one, force).off(one, end);
    const deadline = setTimeout(force, DEADLINE_MS);
    const release = () => {
      clearTimeout(deadline);
      for (const one of SIGNALS) process.off(one, force);
    };
    const drained = (isComplete: boolean) => {
      log.info({ isComplete }, "drained");
      resolve(isComplete ? 0 : 1);
    };
    Promise.race([server.end(shutdown), forced.promise])
      .finally(release)
      .then(drained, reject);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return { server, end, ended };
}

function serverOptions(settings: Settings, { delayMs }: { delayMs: number | undefined }) {
  const { port, host, database, databasePool, databasePassword, bodyLimit, userLimit } = settings;
  const { corsOrigin, bearer, trustProxy, keepAliveTimeout } = settings;
  const output = standardOutput();
  const hashId = userIdHash(settings.logKey);
  return {
    ...{ port, host, database, databasePool, databasePassword, bodyLimit, userLimit },
    ...{ corsOrigin, bearer, trustProxy, keepAliveTimeout },
    credentialsFile: settings.credentials,
    load: { inFlight: settings.maxInFlight, delayMs },
    log: createLog({ level: settings.logLevel, isPretty: process.stdout.isTTY, output }),
    lostLogLines: output.lost,
    formatUserId: settings.logUserIds ? (userId) => userId : hashId,
    hashKeyId: hashId,
  } satisfies ServerOptions;
}

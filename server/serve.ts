import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { createLog, standardOutput } from "./http/log.ts";
import { userIdHash } from "./http/request-log.ts";
import { createProgress } from "./progress-bar.ts";
import { bannerLines, prepareReadyFile, type Ready, readyOf } from "./ready.ts";
import type { RunningServer, ServerOptions } from "./running-server.ts";
import type { Settings } from "./setting-values.ts";

const CACHE = fileURLToPath(new URL("../node_modules/.cache/nexus-sync/", import.meta.url));

/** Load balancers have 1 s to see `/readyz` fail, and the process ends within 10 s. */
const SHUTDOWN = { graceMs: 1_000, deadlineMs: 9_500 };

export interface Serving {
  server: RunningServer;
  /** Shuts down as the first signal does. */
  end(): void;
  /** Exit code: 0, or 1 if connections were closed before their requests had finished. */
  ended: Promise<number>;
}

/**
 * Starts a contract server that runs until SIGINT or SIGTERM. Prints its banner on a terminal, elsewhere one line of JSON.
 * @param load `delayMs`: maximum event-loop delay, see LoadLimits; undefined for no limit.
 */
export async function serve(settings: Settings, load: { delayMs: number | undefined }): Promise<Serving> {
  // Cached compiled code shortens the start. `npm start` sets NODE_COMPILE_CACHE, so that main.ts is cached too: 400
  // instead of 480 ms to the first response.
  enableCompileCache(CACHE);
  // Without a listener, a write to a full disk or to a pipe that nothing reads ends the process.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  for (const line of settings.ignored) console.error(line);
  const writeReadyFile = settings.readyFile === undefined ? undefined : prepareReadyFile(settings.readyFile);
  const progress = createProgress(process.stderr);
  const options = { ...serverOptions(settings, load), progress: progress.report };
  const { server, banner, ready, demo } = await launch(settings, options).finally(progress.stop);
  const serving = endOnSignals(server);
  writeReadyFile?.({ ...ready, demo });
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

function endOnSignals(server: RunningServer): Serving {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const { promise: ended, resolve, reject } = Promise.withResolvers<number>();
  const force = () => server.closeConnections();
  const end = () => {
    for (const signal of signals) process.off(signal, end).on(signal, force);
    const release = () => {
      for (const signal of signals) process.off(signal, force);
    };
    server
      .end(SHUTDOWN)
      .finally(release)
      .then((isComplete) => resolve(isComplete ? 0 : 1), reject);
  };
  for (const signal of signals) process.on(signal, end);
  return { server, end, ended };
}

function serverOptions(settings: Settings, { delayMs }: { delayMs: number | undefined }): ServerOptions {
  const { port, host, database, databasePool, databasePassword, bodyLimit, userLimit, corsOrigin, bearer, trustProxy } =
    settings;
  const output = standardOutput();
  return {
    ...{ port, host, database, databasePool, databasePassword, bodyLimit, userLimit, corsOrigin, bearer, trustProxy },
    credentialsFile: settings.credentials,
    load: { inFlight: settings.maxInFlight, delayMs },
    log: createLog({ level: settings.logLevel, isPretty: process.stdout.isTTY, output }),
    lostLogLines: output.lost,
    formatUserId: settings.logUserIds ? (userId) => userId : userIdHash(settings.logKey),
  };
}

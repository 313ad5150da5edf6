import pino, { type Logger } from "pino";
import type { Directory } from "../generated/types.ts";
import { openAccess } from "./auth/schemes.ts";
import type { Clock } from "./clock.ts";
import { checkDirectory } from "./directory/directory.ts";
import { createHttpServer, listen } from "./http/http-server.ts";
import { userIdHash } from "./http/log.ts";
import { createMetrics } from "./http/metrics.ts";
import type { DrainOptions } from "./http/shutdown.ts";
import type { ReportProgress } from "./progress-bar.ts";
import type { RunningServer, RunningStub, ServerOptions } from "./running-server.ts";
import { openStore, type StoreOptions } from "./store/open-store.ts";
import type { LoadCount, Store } from "./store/store.ts";
import { openControlPort } from "./stub/control/control-port.ts";
import { createDemoCredentials } from "./stub/demo-credentials.ts";
import { createStub, type Stub } from "./stub/stub.ts";
import { createWayIn } from "./way-in.ts";

/** Starts a contract server in this process; many of them do not disturb each other. */
export function startServer(options: ServerOptions & { stub: false }): Promise<RunningServer>;
export function startServer(options?: ServerOptions): Promise<RunningStub>;
export async function startServer(options: ServerOptions = {}): Promise<RunningServer | RunningStub> {
  const { clock = () => new Date(), log = pino({ level: "silent" }), directory, host = "127.0.0.1" } = options;
  const store = await openStore(storeOf(options, log));
  const metrics = createMetrics();
  const closers = [() => metrics.close()];
  let stub: Stub | undefined;
  const release = async () => {
    for (const close of closers) await close();
    await (stub ? stub.sessions.close() : store.close());
  };
  try {
    const loaded = directory === undefined ? undefined : await loadChecked(store, directory, options.progress);
    stub = await stubOn(store, options);
    const current = stub?.first.store ?? (() => store);
    const demo = await demoFor(options, clock);
    const access = openAccess({ ...options, ...demo }, log);
    closers.push(access.close);
    const { server, drain, watch, refuse } = createHttpServer(log);
    const control = await openControlPort(options, { sessions: stub?.sessions, server, host, clock, log });
    closers.push(control.close);
    const surroundings = {
      ...{ store, clock, access, watch, metrics, log, sessions: stub?.sessions },
      // The control port's pages may try the operation: with credentials that somebody types in there.
      corsOrigins: [...control.origins, options.corsOrigin ?? []].flat(),
      ...wayInOf(options),
      ready: () => current().ready(),
      isDraining: drain.isDraining,
    };
    let wayIn = await createWayIn(surroundings);
    refuse(() => wayIn.refusal);
    server.on("request", (request, response) => wayIn.handle(request, response));
    const url = await listen(server, options.port ?? 0, host);
    const end = once(async (how: DrainOptions) => {
      const isWhole = await drain.end(how);
      await release();
      return isWhole;
    });
    return {
      url,
      ...(control.url && { controlUrl: control.url }),
      ...(demo && { demo: demo.access.demo }),
      ...(loaded && { loaded }),
      ...(stub && controlsOf(stub)),
      user: (id) => current().user(id),
      load: (source) => loadChecked(current(), source),
      exchange: async (create) => {
        wayIn = await create(surroundings);
      },
      close: async () => void (await end({})),
      end,
      cut: drain.cut,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function wayInOf({ bodyLimit = 262_144, load = {}, writeUserId = userIdHash() }: ServerOptions) {
  return { bodyLimit, load, writeUserId };
}

async function demoFor({ access, credentialsFile }: ServerOptions, clock: Clock) {
  return access || credentialsFile !== undefined ? undefined : { access: await createDemoCredentials(clock) };
}

async function stubOn(store: Store, options: ServerOptions): Promise<Stub | undefined> {
  const { database = ":memory:", directory, journalSize, stub = true } = options;
  if (!stub) return undefined;
  return createStub({ store, isInMemory: database === ":memory:", directory, journalSize });
}

function controlsOf({ first, sessions }: Stub) {
  const { faults, journal, directory, reset } = first;
  return { faults, journal, directory, reset, session: (name: string) => sessions.of(name) };
}

function storeOf({ database = ":memory:", databasePassword, databasePool }: ServerOptions, log: Logger): StoreOptions {
  return { database, password: databasePassword, poolSize: databasePool, log };
}

async function loadChecked(store: Store, source: string | Directory, progress?: ReportProgress): Promise<LoadCount> {
  const directory = await checkDirectory(source, (share) => progress?.("checking", share));
  try {
    return await store.load(directory, (done) => progress?.("loading", done / directory.total));
  } finally {
    directory.close();
  }
}

/** Whoever asks again gets the first answer. */
function once<T, U>(work: (argument: T) => Promise<U>): (argument: T) => Promise<U> {
  let first: Promise<U> | undefined;
  return (argument) => {
    first ??= work(argument);
    return first;
  };
}

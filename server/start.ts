import pino from "pino";
import { createApp, createStartingApp } from "./app.ts";
import { clientAddress } from "./auth/client-address.ts";
import { triedKeyId } from "./auth/credentials.ts";
import { openAccess, schemeHandlers } from "./auth/schemes.ts";
import { checkOptions } from "./check-options.ts";
import { type Contract, ContractError, loadContract } from "./contract/contract.ts";
import { createHandlers } from "./handlers/handlers.ts";
import { createHttpServer, listen } from "./http/http-server.ts";
import { createLoadShedding, sampleLoopDelay } from "./http/limits.ts";
import { createMetrics } from "./http/metrics.ts";
import { userIdHash } from "./http/request-log.ts";
import { send } from "./http/respond.ts";
import type { ShutdownOptions } from "./http/shutdown.ts";
import { load } from "./load.ts";
import { prove } from "./proof/prove.ts";
import type { Base, CreateHandlers, RunningExtension, RunningServer, ServerOptions } from "./running-server.ts";
import { openStore } from "./store/open-store.ts";

/**
 * Starts a contract server in this process; several servers do not affect each other.
 * @param extend Adds middleware and resources to the service.
 * @throws ConfigurationError, ContractError
 */
export async function startServer(
  options: ServerOptions = {},
  extend: (base: Base) => Promise<RunningExtension> = service,
): Promise<RunningServer> {
  // An extension checks its options itself.
  if (extend === service) checkOptions(options);
  const { port = 0, host = "127.0.0.1" } = options;
  const resources: Resources = [];
  try {
    const contract = loadContract(options.document);
    await checkServed(contract);
    const parts = await openParts(contract, options, extend, resources);
    const { store, server, shutdown, handle } = parts;
    const app = buildApp(contract, options, parts);
    // While the directory is loaded, `/livez` is 200, and everything else is 503.
    handle(createStartingApp(parts));
    const url = await listen(server, { port, host, setting: "port" });
    const { directory, userLimit, progress } = options;
    const loaded = directory === undefined ? undefined : await load(store, directory, { userLimit, progress });
    for (const warning of loaded?.warnings ?? []) parts.log.warn({ warning }, "directory");
    handle(app);
    let ended: Promise<boolean> | undefined;
    const end = (how: ShutdownOptions) => {
      ended ??= shutdown.end(how).finally(() => release(resources));
      return ended;
    };
    return {
      url,
      ...(loaded && { loaded }),
      user: (id) => store.user(id),
      load: (source) => load(store, source, { userLimit: options.userLimit }),
      async reload(create) {
        const next = loadContract(options.document);
        await checkServed(next);
        handle(buildApp(next, options, parts, create));
      },
      close: async () => void (await end({})),
      end,
      closeConnections: shutdown.closeConnections,
    };
  } catch (error) {
    await release(resources);
    throw error;
  }
}

/** Servers in one process share a contract. */
const SERVED = new WeakSet<Contract>();

/**
 * Finds a document that does not compile, or is not applied, before the port opens.
 * @throws ContractError
 */
async function checkServed(contract: Contract): Promise<void> {
  if (SERVED.has(contract)) return;
  const { failures } = await prove(contract, { isQuick: true });
  if (failures.length === 0) {
    SERVED.add(contract);
    return;
  }
  throw new ContractError(`The contract can't be served. ${failures[0]}. Run: npm run generate`);
}

/** Functions that close the opened parts, in the order of opening. */
type Resources = (() => void | Promise<void>)[];

async function release(resources: Resources): Promise<void> {
  for (const close of resources.splice(0).toReversed()) await close();
}

type Parts = Awaited<ReturnType<typeof openParts>>;

/** Opens the parts that a reload of the contract keeps. */
async function openParts(
  contract: Contract,
  options: ServerOptions,
  extend: (base: Base) => Promise<RunningExtension>,
  resources: Resources,
) {
  const { log = pino({ level: "silent" }), formatUserId = userIdHash(), hashKeyId = userIdHash() } = options;
  const { database = ":memory:", databasePassword: password, databasePool: poolSize, lostLogLines } = options;
  const store = await openStore({ database, password, poolSize, log });
  resources.push(() => store.close());
  const http = createHttpServer(log, options.keepAliveTimeout);
  const extension = await extend({ store, server: http.server, log });
  // The extension closes the store too.
  resources.splice(0, 1, () => extension.close());
  const { version } = contract.document.info;
  const metrics = createMetrics({ version, lostLogLines, pool: store.pool });
  const loopDelay = sampleLoopDelay(metrics);
  resources.push(metrics.close, loopDelay.close);
  const access = openAccess(options, log);
  const loadShedding = createLoadShedding(options.load ?? {}, { metrics, loopDelay, log });
  resources.push(access.close, http.shutdown.abort);
  const addressOf = options.trustProxy === undefined ? undefined : clientAddress(options.trustProxy);
  const logged = { formatUserId, hashKeyId, addressOf, triedKeyId, log, metrics };
  return { ...http, ...logged, store, extension, access, loadShedding };
}

function buildApp(contract: Contract, options: ServerOptions, parts: Parts, create: CreateHandlers = createHandlers) {
  const { store, extension, metrics, access, addressOf } = parts;
  const { clock, userLimit, bodyLimit = 262_144, corsOrigin = [] } = options;
  metrics.declare(contract.operations);
  return createApp({
    ...{ ...parts, ...extension, contract, bodyLimit },
    schemes: schemeHandlers(contract.securitySchemes, access, { clock, addressOf: addressOf ?? clientAddress() }),
    handlers: create({ store, clock, userLimit, metrics }),
    corsOrigins: [...extension.corsOrigins, corsOrigin].flat(),
  });
}

/** The extension of service mode, which adds nothing. */
async function service({ store }: Base): Promise<RunningExtension> {
  return {
    ...{ first: [], beforeHandler: [], send, corsOrigins: [] },
    ready: () => store.ready(),
    close: () => store.close(),
  };
}

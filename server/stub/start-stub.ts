import { basename } from "node:path";
import type { Directory } from "../../generated/types.ts";
import { checkOptions } from "../check-options.ts";
import { type Clock, systemClock } from "../clock.ts";
import { loadContract } from "../contract/contract.ts";
import { DirectoryRefused } from "../directory/directory-refused.ts";
import { load } from "../load.ts";
import type { Base, RunningExtension, RunningServer } from "../running-server.ts";
import { startServer } from "../start.ts";
import type { Store } from "../store/store.ts";
import { checkControlPort, openControlPort } from "./control/control-port.ts";
import { createDemoCredentials, credentialsFor, DEMO_DIRECTORY, type DemoCredentials } from "./demo.ts";
import { exampleHandler } from "./examples.ts";
import { fireFault, sendWithFault } from "./faults.ts";
import { operationCheck } from "./operation-id.ts";
import { prefer } from "./prefer.ts";
import { record } from "./record.ts";
import { createSession, type Session } from "./session.ts";
import { loadUsers, shareStartDirectory } from "./session-users.ts";
import { checkSessionName, createSessions, selectSession } from "./sessions.ts";
import { startPage } from "./start-page.ts";
import { STUB_OPTIONS, type StubOptions } from "./stub-options.ts";

export type { StubOptions };

/** A running stub, with the directory, faults and journal of the unnamed session. */
export interface RunningStub extends RunningServer, Omit<Session, "name" | "store" | "bytes" | "close"> {
  /** URL of the control port and its page; absent with `controlPort: "none"`. */
  controlUrl?: string;
  /** Absent if other credentials were given. */
  demo?: DemoCredentials;
  /** Operations that respond with the contract's examples, because they have no handler yet. */
  withoutHandler: ReadonlySet<string>;
  /** The session of requests with `X-Contract-Session: NAME`. @throws ConfigurationError for a name that the header can't have */
  session(name: string): Promise<Omit<Session, "store" | "bytes" | "close">>;
}

/**
 * Node's own default, shorter than that of a service: with a longer one, Node's `fetch` hangs in a test that fakes its timers.
 */
const KEEP_ALIVE_MS = 5_000;

/**
 * Starts a stub in this process: the service with `Prefer`, faults, journal, sessions, a control port, and demo
 * credentials unless others are given. Several stubs do not affect each other.
 * @throws ConfigurationError, ContractError
 */
export async function startStub({ directory: start, ...others }: StubOptions = {}): Promise<RunningStub> {
  const { keepAliveTimeout = KEEP_ALIVE_MS } = others;
  const options = { ...others, keepAliveTimeout, directory: start === "demo" ? DEMO_DIRECTORY : start };
  checkOptions(options, STUB_OPTIONS);
  checkControlPort(options);
  const { clock = systemClock, access, credentialsFile, document, demoSecret } = options;
  const generated =
    access || credentialsFile !== undefined ? undefined : await createDemoCredentials({ clock, document, demoSecret });
  const composed: Awaited<ReturnType<typeof compose>>[] = [];
  const server = await startServer({ ...options, clock, ...(generated && { access: generated }) }, async (base) => {
    const stub = await compose(base, { ...options, clock, demo: generated?.demo });
    composed.push(stub);
    return stub.extension;
  });
  const [stub] = composed;
  if (!stub) throw new Error("The stub was not composed.");
  const { unnamed, sessions, withoutHandler, controlUrl } = stub;
  const { faults, journal, directory, reset } = unnamed;
  return {
    ...{ ...server, faults, journal, directory, reset, withoutHandler },
    user: (id) => directory.user(id),
    // The unnamed session always has a store of its own.
    load: async (source) => load((await unnamed.store()) as Store, source, { userLimit: options.userLimit }),
    async session(name) {
      checkSessionName(name);
      const session = sessions.session(name);
      await session.store();
      return session;
    },
    ...(controlUrl !== undefined && { controlUrl }),
    ...(generated && { demo: generated.demo }),
  };
}

/** Maximum number of directory entries of named sessions, which share a copy: about half a second and a few megabytes. */
const MAX_ENTRIES = 10_000;

type ComposeOptions = StubOptions & { clock: Clock; demo: DemoCredentials | undefined };

async function compose({ store, server, log }: Base, options: ComposeOptions) {
  const { clock, host = "127.0.0.1", database = ":memory:", directory, userLimit } = options;
  const { journalSize = 1_000, sessionBytes = 52_428_800 } = options;
  const start = typeof directory === "object" ? copyOf(directory) : directory;
  // Loaded again, because a reload may have replaced it; an unchanged file is not parsed again.
  const operations = () => loadContract(options.document).operations;
  const checkOperation = operationCheck(() => operations().map(({ id }) => id));
  const shared = { userLimit, journalSize, checkOperation };
  const openOwn = () => loadUsers(start, { userLimit, maxEntries: Number.POSITIVE_INFINITY });
  const unnamed = createSession(
    { ...shared, name: "", open: () => openOwn().catch(withoutFolder(start)), isFixed: database !== ":memory:" },
    { store, bytes: () => 0, close: () => store.close() },
  );
  const openShared = shareStartDirectory(start, { userLimit, maxEntries: MAX_ENTRIES });
  const open = () => openShared().catch(withoutFolder(start));
  const create = (name: string) => createSession({ ...shared, name, open });
  const sessions = createSessions({ unnamed, create, journalSize, maxBytes: sessionBytes });
  const withoutHandler = new Set<string>();
  const { securitySchemes } = loadContract(options.document);
  const credentials = options.demo ? credentialsFor(securitySchemes, options.demo) : [];
  const control = await openControlPort(options, { sessions, server, host, clock, credentials, log });
  const extension: RunningExtension = {
    first: [startPage({ controlUrl: control.url, operations }), record(sessions)],
    beforeHandler: [selectSession(sessions), prefer, fireFault],
    send: sendWithFault,
    handlerFor: (operation) => {
      withoutHandler.add(operation.id);
      return exampleHandler(operation);
    },
    // The pages of the control port call the operations with the credentials typed into them.
    corsOrigins: control.origins,
    ready: async () => (await unnamed.store()).ready(),
    async close() {
      await control.close();
      await sessions.close();
    },
  };
  return { extension, unnamed, sessions, withoutHandler, controlUrl: control.url };
}

/** The lists of a checked directory as JSON, so that later changes of the object do not change what a reset restores. */
function copyOf({ users, roles, roleConnectionMaps }: Directory): Directory {
  return JSON.parse(JSON.stringify({ users, roles, roleConnectionMaps }));
}

/** Shortens the path of the start file in problems to its name: callers must not see this machine's folders. */
function withoutFolder(start: string | Directory | undefined): (error: unknown) => never {
  return (error) => {
    if (typeof start !== "string" || !(error instanceof DirectoryRefused)) throw error;
    throw new DirectoryRefused(error.problems.map((problem) => problem.replaceAll(start, basename(start))));
  };
}

import type { User } from "../../generated/types.ts";
import type { Clock } from "../clock.ts";
import type { Base, RunningExtension, RunningServer, ServerOptions } from "../running-server.ts";
import { load, startServer } from "../start.ts";
import { type ControlPort, type ControlPortOptions, openControlPort } from "./control/control-port.ts";
import { checkControlPort } from "./control/control-port-check.ts";
import { createDemoCredentials, type DemoCredentials } from "./demo-credentials.ts";
import { faults, sendFaulty } from "./faults.ts";
import { record } from "./record.ts";
import type { Session } from "./session.ts";
import { createStub, type Stub } from "./stub.ts";

export interface StubOptions extends ServerOptions, ControlPortOptions {
  /** Requests that the journal of a session keeps. Default 1,000. */
  journalSize?: number;
}

/** A running stub, with the directory, faults and journal of the session without a name. */
export interface RunningStub extends RunningServer, Omit<Session, "name" | "store" | "close"> {
  /** URL of the control port and its page; absent with `controlPort: "none"`. */
  controlUrl?: string;
  /** Absent where credentials were given. */
  demo?: DemoCredentials;
  /** The session of requests with `X-Contract-Session: NAME`. */
  session(name: string): Promise<Omit<Session, "store" | "close">>;
}

/**
 * Starts a stub in this process: the service with `Prefer`, faults, journal, sessions, a control port, and demo
 * credentials unless others are given. Several stubs do not affect each other.
 * @throws ConfigurationError, ContractError
 */
export async function startStub(options: StubOptions = {}): Promise<RunningStub> {
  checkControlPort(options);
  const { clock = () => new Date(), access, credentialsFile } = options;
  const made = access || credentialsFile !== undefined ? undefined : await createDemoCredentials(clock);
  const parts: { stub?: Stub; control?: ControlPort } = {};
  const server = await startServer({ ...options, ...(made && { access: made }) }, (base) =>
    extension({ ...options, clock }, base, parts),
  );
  const { stub, control } = parts;
  if (!stub) throw new Error("The stub was not composed.");
  const { first, sessions } = stub;
  return {
    ...server,
    user: (id: string): Promise<User | undefined> => first.directory.user(id),
    load: (source) => load(first.store(), source),
    ...{ faults: first.faults, journal: first.journal, directory: first.directory, reset: first.reset },
    session: (name) => sessions.of(name),
    ...(control?.url !== undefined && { controlUrl: control.url }),
    ...(made && { demo: made.demo }),
  };
}

async function extension(
  options: StubOptions & { clock: Clock },
  { store, server, log }: Base,
  parts: { stub?: Stub; control?: ControlPort },
): Promise<RunningExtension> {
  const { database = ":memory:", directory, journalSize, clock, host = "127.0.0.1" } = options;
  const stub = await createStub({ store, isInMemory: database === ":memory:", directory, journalSize });
  const { first, sessions } = stub;
  const control = await openControlPort(options, { sessions, server, host, clock, log });
  Object.assign(parts, { stub, control });
  return {
    first: [record(sessions)],
    beforeHandler: [faults()],
    send: sendFaulty,
    // The control port's pages may call the operations, with credentials typed into them.
    corsOrigins: control.origins,
    ready: () => first.store().ready(),
    async close() {
      await control.close();
      await sessions.close();
    },
  };
}

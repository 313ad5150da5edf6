import type { Logger } from "pino";
import type { Directory, User } from "../generated/types.ts";
import type { AccessOptions } from "./auth/schemes.ts";
import type { Clock } from "./clock.ts";
import type { LoadLimits } from "./http/load-shedding.ts";
import type { DrainOptions } from "./http/shutdown.ts";
import type { ReportProgress } from "./progress-bar.ts";
import type { LoadCount } from "./store/store.ts";
import type { ControlPortOptions } from "./stub/control/control-port.ts";
import type { DemoCredentials } from "./stub/demo-credentials.ts";
import type { Session } from "./stub/session.ts";
import type { CreateWayIn } from "./way-in.ts";

export interface ServerOptions extends AccessOptions, ControlPortOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** A SQLite file, ":memory:" (default), or postgres://… (store/postgres-pool.ts says what may stand in it). */
  database?: string;
  /** PostgreSQL's; before one in the URL. */
  databasePassword?: string;
  /** Connections to PostgreSQL at most. Default 10. */
  databasePool?: number;
  /** A JSON or NDJSON file, or the same as an object. Default: nothing is loaded. */
  directory?: string | Directory;
  /** Told how far the loading of the directory is. */
  progress?: ReportProgress;
  /** Largest body in bytes. Default 262,144. */
  bodyLimit?: number;
  /** Default: 256 requests at work, however late the event loop. */
  load?: LoadLimits;
  /** The one origin whose pages may read answers. Default: none. */
  corsOrigin?: string;
  /** How users' ids are logged. Default: as a hash, keyed anew at each start. */
  writeUserId?: (userId: string) => string;
  /** False: nothing but the operation. Default true: `Prefer`, faults, journal, sessions and control port. */
  stub?: boolean;
  /** Requests that a stub's journal remembers, for each session. Default 1,000. */
  journalSize?: number;
  /** Default: silent. */
  log?: Logger;
  /** Default: the system's. */
  clock?: Clock;
}

export interface RunningServer {
  url: string;
  /** Of the control port and its page. Absent in a service, and where `controlPort` is "none". */
  controlUrl?: string;
  /** Absent where credentials were given. */
  demo?: DemoCredentials;
  /** What came of loading the directory; absent where none was given. */
  loaded?: LoadCount;
  /** The stored user, as it is now. */
  user(id: string): Promise<User | undefined>;
  /** Adds or replaces what a directory holds, as at the start. */
  load(directory: string | Directory): Promise<LoadCount>;
  /**
   * Sends requests another way in from now on, on the same port and store; those under way finish in the old one.
   * @throws ContractUnusable, or whatever keeps it from being made: then the old one stays.
   */
  exchange(create: CreateWayIn): Promise<void>;
  /** Takes no more connections, lets requests under way finish, and closes the store. */
  close(): Promise<void>;
  /** The same with patience for idle connections, and an end to it. False where `deadlineMs` or `cut` ended a request. */
  end(options: DrainOptions): Promise<boolean>;
  /** Ends all connections now. */
  cut(): void;
}

/** A server that is a stub, with what its tests look at and set: all of the session without a name. */
export interface RunningStub extends RunningServer, Omit<Session, "name" | "store" | "close"> {
  /** The session that requests with `X-Contract-Session: NAME` are for. */
  session(name: string): Promise<Omit<Session, "store" | "close">>;
}

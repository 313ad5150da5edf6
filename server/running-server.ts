import type { Server } from "node:http";
import type { Logger } from "pino";
import type { Handlers } from "../generated/operations.ts";
import type { Directory, User } from "../generated/types.ts";
import type { Extension } from "./app.ts";
import type { AccessOptions } from "./auth/schemes.ts";
import type { Clock } from "./clock.ts";
import type { HandlerOptions, RequestContext } from "./handlers/sync-user-identity.ts";
import type { LoadLimits } from "./http/limits.ts";
import type { ShutdownOptions } from "./http/shutdown.ts";
import type { ReportProgress } from "./progress-bar.ts";
import type { LoadCount, Store } from "./store/store.ts";

export interface ServerOptions extends AccessOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** A SQLite file, ":memory:" (default), or postgres://… (store/postgres/pool.ts lists its parameters). */
  database?: string;
  /** Password of PostgreSQL; takes precedence over the URL's. */
  databasePassword?: string | undefined;
  /** Maximum number of connections to PostgreSQL. Default 10. */
  databasePool?: number;
  /** The bundled document of the contract. Default: generated/openapi.json. */
  document?: URL;
  /** Path of a JSON or NDJSON file, or the content of one. Default: nothing is loaded. */
  directory?: string | Directory | undefined;
  /** Called while the directory is loaded. */
  progress?: ReportProgress | undefined;
  /** Maximum size of a body in bytes. Default 262,144. */
  bodyLimit?: number;
  /** Maximum size of a stored user in bytes of JSON. Default 1,048,576. */
  userLimit?: number;
  /** Milliseconds for which an idle connection stays open. Default 65,000; of a stub 5,000. */
  keepAliveTimeout?: number | undefined;
  /** Default: 256 requests in progress, and no limit on the event-loop delay. */
  load?: LoadLimits;
  /** The one origin whose pages may call the operations. Default: none. */
  corsOrigin?: string | undefined;
  /** Formats user ids for the log. Default: a hash with a new key at each start. */
  formatUserId?: (userId: string) => string;
  /** Hashes the key id of wrong credentials for the log. Default: with a new key at each start. */
  hashKeyId?: (keyId: string) => string;
  /** Default: silent. */
  log?: Logger;
  /** Number of log lines that could not be written, for the metrics. Default: 0. */
  lostLogLines?: () => number;
  /** Default: the system clock; in a stub not the global Date, which a test may have replaced. */
  clock?: Clock;
}

export interface LoadResult extends LoadCount {
  /** Members of the directory that look misspelt, one line each; absent if there are none. */
  warnings?: readonly string[];
}

/** The function of server/handlers/handlers.ts. */
export type CreateHandlers = (options: HandlerOptions) => Handlers<RequestContext>;

export interface RunningServer {
  url: string;
  /** Counts of the directory in the options; absent without one. */
  loaded?: LoadResult;
  /** Returns the stored user. */
  user(id: string): Promise<User | undefined>;
  /** Adds or replaces the entries of a directory, as at the start. */
  load(directory: string | Directory): Promise<LoadResult>;
  /**
   * Reads the contract again and swaps the request pipeline; port, connections, store and metrics stay, and requests in
   * progress finish on the old one.
   * @param createHandlers Default: the handlers that were imported first.
   * @throws ContractError if the new contract is invalid; the old one stays in use.
   */
  reload(createHandlers?: CreateHandlers): Promise<void>;
  /** Closes the port, lets requests in progress finish, and closes the store. */
  close(): Promise<void>;
  /**
   * Like `close`, with a grace period and a deadline. Returns false if connections were closed before their requests
   * ended. Repeated calls return the first result.
   */
  end(options: ShutdownOptions): Promise<boolean>;
  /** Closes all connections at once. */
  closeConnections(): void;
}

/** Parts of the service that an extension uses. */
export interface Base {
  /** The directory is loaded into it later. */
  store: Store;
  /** Not listening yet. */
  server: Server;
  log: Logger;
}

/** An extension of the service, with its life cycle. */
export interface RunningExtension extends Extension {
  /** Origins whose pages may call the operations, in addition to that of the options. */
  corsOrigins: readonly string[];
  ready(): Promise<void>;
  /** Closes the store too. */
  close(): Promise<void>;
}

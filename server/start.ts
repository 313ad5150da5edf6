import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import pino, { type Logger } from "pino";
import type { Directory, User } from "../generated/types.ts";
import { createApp } from "./app.ts";
import { bearerScheme, type TokenRules } from "./http/bearer.ts";
import { contractValidator } from "./http/contract.ts";
import { applicationTokenScheme, basicScheme, type Clock, type Credentials } from "./http/credentials.ts";
import { selfCheck } from "./self-check.ts";
import { directoryEntries } from "./store/directory.ts";
import { openSqliteStore } from "./store/sqlite-store.ts";
import type { LoadCount, Store } from "./store/store.ts";
import { createDemoCredentials, type DemoCredentials } from "./stub/demo-credentials.ts";
import { syncUserIdentity } from "./sync-user-identity.ts";

export interface ServerOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** A SQLite file, or ":memory:" (default). */
  database?: string;
  /** A JSON or NDJSON file, or the same as an object. Default: nothing is loaded. */
  directory?: string | Directory;
  /** Default: demo credentials, made anew. Without `tokens` no Bearer token holds. */
  access?: { credentials: Credentials; tokens?: TokenRules };
  /** Largest body in bytes. Default 262,144. */
  bodyLimit?: number;
  /** Default: silent. */
  log?: Logger;
  /** Default: the system's. */
  clock?: Clock;
}

export interface RunningServer {
  url: string;
  /** Absent where credentials were given. */
  demo?: DemoCredentials;
  /** What came of loading the directory; absent where none was given. */
  loaded?: LoadCount;
  /** The stored user, as it is now. */
  user(id: string): Promise<User | undefined>;
  /** Takes no more connections, lets requests under way finish, and closes the store. */
  close(): Promise<void>;
}

/** Compiled once a process; all servers in it share the validator. */
const CONTRACT = contractValidator();

/** Starts a contract server in this process; many of them do not disturb each other. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { database = ":memory:", clock = () => new Date(), log = pino({ level: "silent" }) } = options;
  const store = openSqliteStore(database);
  try {
    const { directory } = options;
    const loaded = directory === undefined ? undefined : await store.load(directoryEntries(directory));
    const { demo, credentials, tokens } = await accessOf(options, clock);
    const app = createApp({
      schemes: {
        Bearer: bearerScheme(tokens, clock),
        ApplicationToken: applicationTokenScheme(credentials, clock),
        Basic: basicScheme(credentials, clock),
      },
      contract: CONTRACT,
      handlers: { SyncUserIdentity: syncUserIdentity(store, clock) },
      bodyLimit: options.bodyLimit ?? 262_144,
      log,
    });
    await selfCheck(CONTRACT);
    const server = createServer({ maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 15_000 }, app);
    const url = await listen(server, options.port ?? 0, options.host ?? "127.0.0.1");
    let closed: Promise<void> | undefined;
    return {
      url,
      ...(demo && { demo }),
      ...(loaded && { loaded }),
      user: (id) => store.user(id),
      close() {
        closed ??= close(server, store);
        return closed;
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function accessOf({ access }: ServerOptions, clock: Clock) {
  return access ? { demo: undefined, ...access } : createDemoCredentials(clock);
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      resolve(`http://${host.includes(":") ? `[${host}]` : host}:${bound}`);
    });
  });
}

async function close(server: Server, store: Store): Promise<void> {
  // Node closes the sockets that are idle now, and none that become idle while others are still answered.
  const sweep = setInterval(() => server.closeIdleConnections(), 25);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearInterval(sweep);
  await store.close();
}

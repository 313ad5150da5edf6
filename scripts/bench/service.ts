import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { SECURITY_SCHEMES } from "../../generated/operations.ts";
import { hashSecret } from "../../server/auth/credentials.ts";
import { openConnection } from "../shared/connection.ts";
import { freePort, startProgram, until } from "../shared/program.ts";
import { MAIN } from "../shared/server-process.ts";
import { requestBytes, USERS, writeDirectory } from "./sign-ins.ts";

const ISSUER = "https://login.acme.example";
const AUDIENCE = "urn:nexus-sync:bench";
const SECRET = "bench-secret-bench-secret-bench-secret-0000";
const TOKEN = "bench-token-bench-token-bench-token-bench-0";
const PERMISSIONS = ["user.write"];
const TOKEN_SECONDS = 43_200;
/** Long enough to load a million users. */
const READY_MS = 900_000;

/** A server under load. */
export interface Target {
  url: string;
  pid: number;
  /** Milliseconds from the start of the process to the first expected response. */
  readyMs: number;
  /** Other servers on the same database, which take their share of the connections. */
  peers?: readonly Target[];
  end(): Promise<unknown>;
}

export type Site = Awaited<ReturnType<typeof makeSite>>;

/** Writes the files a service needs, and returns them with headers that hold valid credentials. */
export async function makeSite(folder: string) {
  const file = (name: string) => join(folder, name);
  const [credentials, keys, directory] = [file("credentials.json"), file("keys.json"), file("directory.ndjson")];
  const entry = { name: "Bench", permissions: PERMISSIONS };
  const apiKeys = [{ id: "key-bench", sha256: hashSecret(SECRET), ...entry }];
  const applicationTokens = [{ id: "app-bench", sha256: hashSecret(TOKEN), ...entry }];
  writeFileSync(credentials, JSON.stringify({ apiKeys, applicationTokens }), { mode: 0o600 });
  const { token, key } = await signedToken();
  writeFileSync(keys, JSON.stringify({ keys: [key] }));
  await writeDirectory(directory, USERS);
  const basic = { Authorization: `Basic ${Buffer.from(`key-bench:${SECRET}`).toString("base64")}` };
  const bearer = { Authorization: `Bearer ${token}`, [SECURITY_SCHEMES.ApplicationToken.name]: TOKEN };
  return { folder, credentials, keys, directory, basic, bearer };
}

async function signedToken() {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const iat = Math.floor(Date.now() / 1_000);
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: "bench", iat, exp: iat + TOKEN_SECONDS, permissions: PERMISSIONS };
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "bench" }).sign(privateKey);
  return { token, key: { ...(await exportJWK(publicKey)), kid: "bench", alg: "ES256", use: "sig" } };
}

export interface Service {
  site: Site;
  /** A SQLite file, `:memory:`, or postgres://… */
  database: string;
  /** Default: the site's 1,000 users. */
  directory?: string;
  /** Default: this project's entry point. */
  main?: string;
}

/**
 * The settings of a service as its operators run it: log at info, metrics, every check. Service mode refuses a database in
 * memory, so `:memory:` runs as a stub without a control port.
 */
export function serviceSettings({ site, database, directory = site.directory }: Service) {
  const mode = database === ":memory:" ? ["--mode", "stub", "--control-port", "none"] : ["--mode", "service"];
  const files = ["--credentials", site.credentials, "--directory", directory, "--jwks-file", site.keys];
  // A PostgreSQL URL holds a password, so it is not passed as a flag.
  const environment = { NEXUS_SYNC_DATABASE: database };
  return { flags: [...mode, ...files, "--issuer", ISSUER, "--audience", AUDIENCE], environment };
}

export function startService(service: Service): Promise<Target> {
  const { site, main = MAIN } = service;
  const { flags, environment } = serviceSettings(service);
  // The flags and the cache of `npm start`.
  const env = { ...environment, NODE_COMPILE_CACHE: join(dirname(main), "../node_modules/.cache/nexus-sync") };
  const nodeFlags = ["--disable-warning=DEP0169", "--max-semi-space-size=16"];
  return startTarget((port) => [...nodeFlags, main, "--port", String(port), ...flags], site.basic, env);
}

/** Starts Node with these arguments, and resolves when the server responds to a sign-in with 200. */
export async function startTarget(
  argsFor: (port: number) => string[],
  headers: Record<string, string>,
  environment: NodeJS.ProcessEnv = {},
): Promise<Target> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = performance.now();
  // Settings of this shell do not reach the server. Its log goes to /dev/null: reading it would cost time here.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NEXUS_SYNC_|NODE_)/.test(name));
  const env = { ...Object.fromEntries(inherited), ...environment };
  const program = startProgram([process.execPath, ...argsFor(port)], { env, stdio: ["ignore", "ignore", "pipe"] });
  const probe = requestBytes(url, { headers, kind: "same", users: 1 }, 0);
  const isReady = async () => {
    if (!program.isRunning()) throw new Error(`The server ended early: ${program.output().trim()}`);
    const { socket, send } = openConnection(url);
    const reply = await send(probe).catch(() => undefined);
    socket.destroy();
    // The port opens before the directory is loaded.
    if (reply?.status === 503) return false;
    if (reply && reply.status !== 200) throw new Error(`The server returned ${reply.status}, not 200.`);
    return reply !== undefined;
  };
  try {
    await until(isReady, READY_MS);
  } catch (error) {
    await program.end("SIGKILL");
    throw error;
  }
  return { url, pid: program.child.pid ?? 0, readyMs: performance.now() - start, end: () => program.end() };
}

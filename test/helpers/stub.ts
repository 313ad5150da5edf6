import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { Credentials } from "../../client/credentials.ts";
import { createNexusClient, type NexusClient, type NexusClientOptions } from "../../client/nexus-client.ts";
import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import type { Directory, User, UserRole } from "../../generated/types.ts";
import { type RunningStub, type StubOptions, startStub } from "../../server/stub/start-stub.ts";
import { runLog, watchSecrets } from "./run-log.ts";

export const API = "https://api.acme.example";
export const CONNECTION = "con_acme-ad";

/** A directory with the user u-ada at CONNECTION and one mapped role; `changes` replace its lists. */
export function acme({ user, ...changes }: Partial<Directory> & { user?: Partial<User> } = {}): Directory {
  const ada: User = { id: "u-ada", identities: [identity(CONNECTION)], ...user };
  const roles = [
    { id: "r-engineer", name: "Engineer", audience: API, description: "Deploys services" },
    { id: "r-viewer", name: "Viewer", audience: API, description: null },
    { id: "r-other", name: "Reader", audience: "https://other.acme.example", description: null },
  ];
  const roleConnectionMaps = [
    { id: "m-engineer", name: "engineers", roleId: "r-engineer", azoConnectionId: CONNECTION, groupName: "engineers" },
  ];
  return { users: [ada], roles, roleConnectionMaps, ...changes };
}

/** An identity at a connection, with a user id that is unique in its directory. */
export function identity(azoConnectionId: string, groups: string[] = [], id = 1) {
  return { id, azoConnectionId, azoUserId: `ad|${azoConnectionId}|${id}`, strategy: "ad", groups };
}

/** A sign-in for API at CONNECTION. */
export function signIn({ groups, attributes = {}, ...changes }: SignIn = {}): SyncUserIdentityRequest {
  const connection = { connectionId: CONNECTION, ...(groups !== undefined && { groups }) };
  const list = Array.isArray(attributes)
    ? attributes
    : Object.entries(attributes).map(([key, value]) => ({ key, value }));
  return { audience: API, attributes: list, connection, ...changes };
}

type SignIn = Partial<Omit<SyncUserIdentityRequest, "attributes">> & {
  groups?: string[] | null;
  attributes?: Record<string, string | null> | SyncUserIdentityRequest["attributes"];
};

/** A stub with demo credentials, closed at the end of the test, and a client for it. */
export async function startStubWithClient(options: StubOptions = {}) {
  const server = await startStub({ directory: acme(), log: runLog(), ...options });
  watchSecrets(server);
  onTestFinished(() => server.close());
  return { server, client: clientOf(server) };
}

export function basicOf({ demo }: RunningStub): Extract<Credentials, { type: "basic" }> {
  if (!demo) throw new Error("This server has no demo credentials.");
  return { type: "basic", username: demo.apiKey.id, password: demo.apiKey.secret };
}

export function bearerOf({ demo }: RunningStub): Extract<Credentials, { type: "bearer" }> {
  if (!demo) throw new Error("This server has no demo credentials.");
  return { type: "bearer", token: demo.bearerToken, applicationToken: demo.applicationToken };
}

export function clientOf(server: RunningStub, options: Partial<NexusClientOptions> = {}): NexusClient {
  return createNexusClient({ baseUrl: server.url, credentials: basicOf(server), ...options });
}

/** Milliseconds after which two writes are two packets. */
const PACKET_MS = 15;

export const JSON_TYPE = { "Content-Type": "application/json" };

export function basicHeader(server: RunningStub): { Authorization: string } {
  const { username, password } = basicOf(server);
  return { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

/** Sends a sync, by default one of u-ada that succeeds. The path is sent as given. */
export function put(server: RunningStub, { path = "/v1/users/u-ada/$sync", body = signIn(), headers = {} }: Put = {}) {
  const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  return fetch(server.url + path, {
    method: "PUT",
    body: text as NonNullable<RequestInit["body"]>,
    headers: { ...JSON_TYPE, ...basicHeader(server), ...headers },
  });
}

interface Put {
  path?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Sends bytes as given, several pieces in separate packets, and returns all bytes received until the server closes. */
export function sendRaw(server: RunningStub, ...pieces: (string | Uint8Array)[]): Promise<string> {
  const { port, hostname } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect({ port: Number(port), host: hostname, noDelay: true }, async () => {
      for (const [index, piece] of pieces.entries()) {
        if (index > 0) await sleep(PACKET_MS);
        socket.write(piece);
      }
    });
    socket.setTimeout(5_000, () => socket.destroy(new Error(`The server did not close within 5 s: ${received}`)));
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(received));
  });
}

export function names(roles: readonly UserRole[] | null | undefined): string[] {
  return (roles ?? []).map(({ name }) => name);
}

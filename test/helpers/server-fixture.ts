import { mkdtemp, rm } from "node:fs/promises";
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text as readText } from "node:stream/consumers";
import pino from "pino";
import { onTestFinished } from "vitest";
import type { User } from "../../generated/types.ts";
import { type RunningStub, startStub } from "../../server/stub/start-stub.ts";
import { ACCESS, basic, NOW } from "./access.ts";
import { runLog } from "./run-log.ts";
import { acme, CONNECTION, identity, JSON_TYPE, signIn } from "./stub.ts";

/** A request, by default a sync that succeeds. Path, headers and body are sent as given. */
export interface Call {
  method?: string;
  path?: string;
  credentials?: OutgoingHttpHeaders;
  /** Default: the Content-Type of the body. */
  headers?: OutgoingHttpHeaders;
  /** Text or bytes as given, null for no body, any other value as JSON. */
  body?: unknown;
  localAddress?: string;
}

export type ServerResponse = Awaited<ReturnType<typeof send>>;
export type ServerFixture = Awaited<ReturnType<typeof startServerFixture>>;

/** Value that each successful sync of `goodBody` stores for u-ada. No response to a bad request may repeat it. */
export const DEPARTMENT = "planted-department";
export const goodBody = signIn({ groups: ["engineers"], attributes: { department: DEPARTMENT } });

/** Users whose ids need encoding or have another Unicode form. */
const OTHER_IDS = ["auth0|abc", "x/y", "u-zo\u00eb"];

export interface FixtureOptions {
  clock?: () => Date;
  access?: typeof ACCESS;
  /** In addition to u-ada and OTHER_IDS. */
  users?: User[];
}

/** A server on a new SQLite file, with its log lines. The caller closes it. */
export async function startServerFixture({ clock = () => NOW, access = ACCESS, users = [] }: FixtureOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), "nexus-sync-http-"));
  const file = join(folder, "directory.db");
  const lines: string[] = [];
  const all = runLog();
  const write = (line: string) => {
    lines.push(line);
    all.info(JSON.parse(line));
  };
  const others = OTHER_IDS.map((id, index) => ({ id, identities: [identity(CONNECTION, [], index + 2)] }));
  const directory = acme({ users: [...acme().users, ...others, ...users] });
  const log = pino({ level: "info" }, { write });
  const server = await startStub({ database: file, directory, access, log, clock });
  const close = async () => {
    await server.close();
    await rm(folder, { recursive: true });
  };
  /** Drops the table of users, which makes the store fail. */
  const breakStore = () => {
    const database = new DatabaseSync(file);
    database.exec("PRAGMA foreign_keys = OFF; DROP TABLE users");
    database.close();
  };
  return { server, file, folder, lines, breakStore, close };
}

/** A server fixture that is closed at the end of the test. */
export async function testServer(options?: FixtureOptions): Promise<ServerFixture> {
  const fixture = await startServerFixture(options);
  onTestFinished(fixture.close);
  return fixture;
}

/** The whole content of the store, as text. */
export function dump({ file }: ServerFixture): string {
  const database = new DatabaseSync(file, { readOnly: true });
  const objects = database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name").all();
  const tables = objects.filter(({ type }) => type === "table");
  const rows = tables.map(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all());
  database.close();
  return JSON.stringify([objects, rows]);
}

/** Sends over a new connection. It is kept alive, so the rest of a body can be sent after an early response. */
export async function send(server: RunningStub, call: Call = {}) {
  const agent = new Agent({ keepAlive: true });
  const response = await sendOver(agent, server, call);
  agent.destroy();
  return response;
}

/** Sends over the connections of the agent. */
export async function sendOver(agent: Agent, { url }: RunningStub, call: Call) {
  const start = performance.now();
  const response = await responseTo(url, agent, call);
  const text = await readText(response);
  const ms = performance.now() - start;
  return { status: response.statusCode, headers: response.headersDistinct, text, ms };
}

function responseTo(url: string, agent: Agent, call: Call): Promise<IncomingMessage> {
  const { method = "PUT", path = "/v1/users/u-ada/$sync", body = goodBody, headers = JSON_TYPE, localAddress } = call;
  const { credentials = { Authorization: basic() } } = call;
  const outgoing = request(url, {
    ...{ agent, method, path, headers: { ...headers, ...credentials } },
    ...(localAddress !== undefined && { localAddress }),
  });
  // node:http would send a PUT without a body with a Content-Length of 0.
  if (body === null && !("Content-Length" in headers)) outgoing.removeHeader("Content-Length");
  if (body === null) outgoing.removeHeader("Transfer-Encoding");
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  return new Promise((resolve, reject) => {
    outgoing.once("response", resolve).once("error", reject);
    outgoing.end(body === null ? undefined : isRaw ? body : JSON.stringify(body));
  });
}

import { mkdtemp, rm } from "node:fs/promises";
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { buffer } from "node:stream/consumers";
import pino from "pino";
import type { User } from "../../generated/types.ts";
import { type RunningStub, startStub } from "../../server/stub/start-stub.ts";
import { ACCESS, basic, NOW } from "./access.ts";
import { runLog } from "./run-log.ts";
import { acme, CONNECTION, identity, JSON_TYPE, signIn } from "./stub.ts";

/** A request; without changes a good one. Path, headers and body go out as they are given. */
export interface Call {
  method?: string;
  path?: string;
  credentials?: OutgoingHttpHeaders;
  /** Default: only the type of the body. */
  headers?: OutgoingHttpHeaders;
  /** Text or bytes as they are, null for none, anything else as JSON. */
  body?: unknown;
  localAddress?: string;
}

export type Answer = Awaited<ReturnType<typeof send>>;
export type Site = Awaited<ReturnType<typeof openSite>>;

/** Stored for u-ada by each good request; "planted" for the same reason as the secrets. */
export const DEPARTMENT = "planted-department";
export const goodBody = signIn({ groups: ["engineers"], attributes: { department: DEPARTMENT } });

/** Users whose ids need encoding, or look different in another Unicode form. */
const OTHER_IDS = ["auth0|abc", "x/y", "u-zo\u00eb"];

export interface SiteOptions {
  clock?: () => Date;
  access?: typeof ACCESS;
  /** Besides the usual ones. */
  users?: User[];
}

/** A server on a SQLite file of its own, with everything it logs. */
export async function openSite({ clock = () => NOW, access = ACCESS, users = [] }: SiteOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), "nexus-sync-http-"));
  const file = join(folder, "directory.db");
  const lines: string[] = [];
  const all = runLog();
  const write = (line: string) => {
    lines.push(line);
    all.info(JSON.parse(line));
  };
  const log = pino({ level: "info" }, { write });
  const others = OTHER_IDS.map((id, index) => ({ id, identities: [identity(CONNECTION, [], index + 2)] }));
  const directory = acme({ users: [...acme().users, ...others, ...users] });
  const server = await startStub({ database: file, directory, access, log, clock });
  const close = async () => {
    await server.close();
    await rm(folder, { recursive: true });
  };
  /** Takes the table of users away, as no request can. */
  const breakStore = () => {
    const database = new DatabaseSync(file);
    database.exec("PRAGMA foreign_keys = OFF; DROP TABLE users");
    database.close();
  };
  return { server, file, folder, lines, breakStore, close };
}

/** Everything in the store, as text. */
export function dump({ file }: Site): string {
  const database = new DatabaseSync(file, { readOnly: true });
  const objects = database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name").all();
  const tables = objects.filter(({ type }) => type === "table");
  const rows = tables.map(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all());
  database.close();
  return JSON.stringify([objects, rows]);
}

/** Sends over a connection of its own, which stays open for the rest of a body that is refused early. */
export async function send(server: RunningStub, call: Call = {}) {
  const agent = new Agent({ keepAlive: true });
  const answer = await sendOver(agent, server, call);
  agent.destroy();
  return answer;
}

/** Sends over the agent's connections. */
export async function sendOver(agent: Agent, { url }: RunningStub, call: Call) {
  const start = performance.now();
  const response = await exchange(url, agent, call);
  const text = (await buffer(response)).toString("utf8");
  const ms = performance.now() - start;
  return { status: response.statusCode, headers: response.headersDistinct, text, ms };
}

function exchange(url: string, agent: Agent, call: Call): Promise<IncomingMessage> {
  const { method = "PUT", path = "/v1/users/u-ada/$sync", body = goodBody, headers = JSON_TYPE, localAddress } = call;
  const { credentials = { Authorization: basic() } } = call;
  const sent = request(url, {
    ...{ agent, method, path, headers: { ...headers, ...credentials } },
    ...(localAddress !== undefined && { localAddress }),
  });
  // A PUT would get a Content-Length of 0: then "no body at all" could not be sent.
  if (body === null && !("Content-Length" in headers)) sent.removeHeader("Content-Length");
  if (body === null) sent.removeHeader("Transfer-Encoding");
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  return new Promise((resolve, reject) => {
    sent.once("response", resolve).once("error", reject);
    sent.end(body === null ? undefined : isRaw ? body : JSON.stringify(body));
  });
}

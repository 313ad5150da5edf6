import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../shared/postgres-process.ts";
import { type PostgresServer, startPostgres } from "../shared/postgres-server.ts";
import type { ContestantName } from "./contestant-names.ts";
import { postmasterPid } from "./database-process.ts";
import type { Running } from "./load.ts";
import { startService } from "./our-server.ts";
import { type Place, USERS } from "./place.ts";
import { startPrism } from "./prism.ts";
import { type RequestPlan, requestsOf } from "./requests.ts";
import { startChild } from "./server-child.ts";
import { Unavailable } from "./unavailable.ts";

const BASELINE = fileURLToPath(new URL("./baseline-server.ts", import.meta.url));
/** Prism answers 5 kB with the contract's first example, and this one is smaller than ours. */
const SMALL = { Prefer: "example=notAuthenticated" };

export interface Contestant {
  name: ContestantName;
  title: string;
  isOurs: boolean;
  /** The only status that counts as an answer. */
  status: number;
  plan: RequestPlan;
  /** @throws Unavailable where it can't be started here. */
  start(): Promise<Running>;
}

/** All that are loaded in turn, in the order of the table. */
export function contestants(place: Place): Contestant[] {
  const same = { headers: place.basic, kind: "same", users: USERS } as const;
  const changing = { ...same, kind: "changing" } as const;
  const peer = { isOurs: false, status: 200, plan: same };
  const ours = { isOurs: true, status: 200, plan: same };
  const file = (name: ContestantName) => ({ name, start: () => onFile(place, name) });
  const bearer = { headers: place.bearer };
  const title = (what: string) => `ours: ${what}`;
  return [
    { ...peer, name: "prism", title: "Prism mock, canned", start: () => startPrism(place) },
    {
      ...{ ...peer, name: "prism-small", title: "Prism mock, its smallest answer" },
      ...{ plan: { ...same, headers: { ...place.basic, ...SMALL } }, start: () => startPrism(place, SMALL) },
    },
    { ...peer, name: "node", title: "bare node:http, canned", start: () => startBaseline("node", place) },
    { ...peer, name: "express", title: "bare Express 5, canned", start: () => startBaseline("express", place) },
    {
      ...{ ...peer, name: "validator", title: "express-openapi-validator, canned" },
      start: () => startBaseline("validator", place),
    },
    { ...ours, ...file("a"), title: title("(a) nothing changes") },
    { ...ours, ...file("a-bearer"), title: title("(a) with Bearer"), plan: { ...same, ...bearer } },
    {
      ...{ ...ours, name: "b", title: title("(b) changes, in memory"), plan: changing },
      start: () => startService({ place, database: ":memory:" }),
    },
    { ...ours, ...file("c"), title: title("(c) changes, SQLite file"), plan: changing },
    { ...ours, ...file("c-bearer"), title: title("(c) with Bearer"), plan: { ...changing, ...bearer } },
    { ...ours, name: "d", title: title("(d) changes, PostgreSQL"), plan: changing, start: () => onPostgres(place) },
    { ...ours, ...file("e"), title: title("(e) no credentials, 401"), status: 401, plan: { ...same, headers: {} } },
    { ...ours, ...file("f"), title: title("(f) not valid, 400"), status: 400, plan: { ...same, kind: "refused" } },
  ];
}

function onFile(place: Place, name: string): Promise<Running> {
  return startService({ place, database: join(place.folder, `${name}.sqlite`) });
}

async function onPostgres(place: Place): Promise<Running> {
  const postgres = await startPostgres({ fsync: true }).catch((error: Error): never => {
    throw new Unavailable(`PostgreSQL does not start here: ${error.message.split("\n", 1)[0]}`);
  });
  return withDatabase(postgres, place).catch(async (error: unknown) => {
    await postgres.remove();
    throw error;
  });
}

async function withDatabase(postgres: PostgresServer, place: Place): Promise<Running> {
  const server = await startService({ place, database: postgres.url });
  const end = async () => {
    await server.end();
    await postgres.remove();
  };
  return { url: server.url, pids: [...server.pids, postmasterPid(postgres.folder)], end };
}

async function startBaseline(name: string, place: Place): Promise<Running> {
  const port = await freePort();
  const [request = {}] = requestsOf({ headers: place.basic, kind: "same", users: 1 }, 0, 0);
  const command = { args: [BASELINE, name, String(port)], url: `http://127.0.0.1:${port}` };
  return startChild(command, { request, status: 200 });
}

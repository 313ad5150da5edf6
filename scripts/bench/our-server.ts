import { fileURLToPath } from "node:url";
import { freePort } from "../shared/postgres-process.ts";
import { AUDIENCE, ISSUER, type Place } from "./place.ts";
import { requestsOf } from "./requests.ts";
import { type Command, type ServerChild, startChild } from "./server-child.ts";

const MAIN = fileURLToPath(new URL("../../server/main.ts", import.meta.url));

export interface Service {
  place: Place;
  /** A SQLite file, `:memory:`, or postgres://… */
  database: string;
  /** Default: the place's 1,000 users. */
  directory?: string;
  /** Default: this project's; else a copy's. */
  main?: string;
  output?: Command["output"];
}

/**
 * The command of a service as its users have it, no switch besides the files it needs: log at info, metrics, every
 * check. In memory it is the same server in stub mode, for service mode refuses a database that does not stay.
 */
export function serviceFlags({ place, database, directory = place.directory }: Service, port: number): string[] {
  const isPostgres = database.startsWith("postgres:");
  return [
    ...["--mode", database === ":memory:" ? "stub" : "service", "--port", String(port)],
    // Nobody asks a control port, and two could not have the same.
    ...(database === ":memory:" ? ["--control-port", "none"] : []),
    ...["--credentials", place.credentials, "--directory", directory],
    ...["--jwks-file", place.keys, "--issuer", ISSUER, "--audience", AUDIENCE],
    // A URL has a password in it, which is no flag.
    ...(isPostgres ? [] : ["--database", database]),
  ];
}

export async function startService(service: Service): Promise<ServerChild> {
  const port = await freePort();
  const { place, database, main = MAIN, output = "ignore" } = service;
  const args = [main, ...serviceFlags(service, port)];
  const environment: Record<string, string> = database.startsWith("postgres:") ? { NEXUS_SYNC_DATABASE: database } : {};
  const [request = {}] = requestsOf({ headers: place.basic, kind: "same", users: 1 }, 0, 0);
  return startChild({ args, environment, output, url: `http://127.0.0.1:${port}` }, { request, status: 200 });
}

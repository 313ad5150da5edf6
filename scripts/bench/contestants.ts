import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startPostgres } from "../shared/postgres-server.ts";
import { type Site, startService, startTarget, type Target } from "./service.ts";
import type { Candidate } from "./side-by-side.ts";
import { type RequestPlan, USERS } from "./sign-ins.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BASELINE = join(ROOT, "scripts/bench/baseline-server.ts");
const PRISM = "@stoplight/prism-cli@5.16.0";
const PRISM_FOLDER = join(ROOT, ".bench/prism-5.16.0");
const INSTALL_MS = 120_000;
/** Prism's usual response is the contract's first example, 5 kB; this one is smaller than ours. */
const SMALL = { Prefer: "example=notAuthenticated" };

/** Titles of the contestants that the others are compared with. */
export const PEERS = ["Prism", "node:http", "Express 5", "validator"];

/** `id` is the name for `--only`. */
type Contestant = Candidate & { id: string };

/** Everything that is loaded side by side, in the order of the table. */
export function contestants(site: Site): Contestant[] {
  const same: RequestPlan = { headers: site.basic, kind: "same", users: USERS };
  const peer = (id: string, title: string, start: () => Promise<Target>, headers = {}): Contestant => {
    return { id, title, status: 200, plan: { ...same, headers: { ...site.basic, ...headers } }, start };
  };
  const baseline = (id: string, title: string) => peer(id, title, () => startBaseline(id, site));
  const ours = (id: string, title: string, plan: Partial<RequestPlan> = {}, database = `${id}.sqlite`): Contestant => {
    const file = database === ":memory:" ? database : join(site.folder, database);
    const start = () => startService({ site, database: file });
    return { id, title: `ours: ${title}`, status: 200, plan: { ...same, ...plan }, start };
  };
  const changing = { kind: "changing" } as const;
  const bearer = { headers: site.bearer };
  return [
    peer("prism", "Prism", () => startPrism(site)),
    peer("prism-small", "Prism, smallest response", () => startPrism(site, SMALL), SMALL),
    baseline("node", "node:http"),
    baseline("express", "Express 5"),
    baseline("validator", "validator"),
    ours("a", "(a) no change"),
    ours("a-bearer", "(a) with Bearer", bearer),
    ours("b", "(b) changes, in memory", changing, ":memory:"),
    ours("c", "(c) changes, SQLite file", changing),
    ours("c-bearer", "(c) with Bearer", { ...changing, ...bearer }),
    { ...ours("d", "(d) changes, PostgreSQL", changing), start: () => startOnPostgres(site) },
    { ...ours("e", "(e) no credentials, 401", { headers: {} }), status: 401 },
    { ...ours("f", "(f) invalid, 400", { kind: "invalid" }), status: 400 },
  ];
}

/** A service on a PostgreSQL server of its own. */
async function startOnPostgres(site: Site): Promise<Target> {
  const postgres = await startPostgres({ fsync: true });
  const service = await startService({ site, database: postgres.url });
  return { ...service, end: () => service.end().then(postgres.remove) };
}

export function startBaseline(name: string, { basic }: Site): Promise<Target> {
  return startTarget((port) => [BASELINE, name, String(port)], basic);
}

/**
 * Stoplight Prism's mock server for our contract, in one process and without its log. It is not a dependency: the first
 * bench that needs it installs it into an ignored folder.
 */
export async function startPrism({ basic }: Site, headers: Record<string, string> = {}): Promise<Target> {
  const script = join(PRISM_FOLDER, "node_modules/@stoplight/prism-cli/dist/index.js");
  if (!existsSync(script)) {
    mkdirSync(PRISM_FOLDER, { recursive: true });
    const flags = ["--prefix", PRISM_FOLDER, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
    await promisify(execFile)("npm", ["install", ...flags, PRISM], { timeout: INSTALL_MS });
  }
  const mock = [script, "mock", "--multiprocess=false", "-v", "silent", join(ROOT, "openapi.yaml")];
  return startTarget((port) => [...mock, "-p", String(port)], { ...basic, ...headers });
}

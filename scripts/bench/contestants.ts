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
export const PEERS = ["Prism", "node:http", "Express 5", "validator", "validator at 64"];
/** Connections at which syncs on PostgreSQL share transactions. */
const MANY = 64;

/** Everything that is loaded side by side, by the name for `--only`, in the order of the table. */
export function contestants(site: Site): Record<string, Candidate> {
  const same: RequestPlan = { headers: site.basic, kind: "same", users: USERS };
  const peer = (title: string, start: () => Promise<Target>, headers = {}): Candidate => {
    return { title, status: 200, plan: { ...same, headers: { ...site.basic, ...headers } }, start };
  };
  const baseline = (name: string, title: string) => peer(title, () => startBaseline(name, site));
  const ours = (title: string, plan: Partial<RequestPlan> = {}, start = onSqlite(site, title)): Candidate => {
    return { title: `ours: ${title}`, status: 200, plan: { ...same, ...plan }, start };
  };
  const changing = { kind: "changing" } as const;
  const bearer = { headers: site.bearer };
  return {
    prism: peer("Prism", () => startPrism(site)),
    "prism-small": peer("Prism, smallest response", () => startPrism(site, SMALL), SMALL),
    node: baseline("node", "node:http"),
    express: baseline("express", "Express 5"),
    validator: baseline("validator", "validator"),
    "validator-64": { ...baseline("validator", "validator at 64"), connections: MANY },
    a: ours("(a) no change"),
    "a-bearer": ours("(a) with Bearer", bearer),
    b: ours("(b) changes, in memory", changing, () => startService({ site, database: ":memory:" })),
    c: ours("(c) changes, SQLite file", changing),
    "c-bearer": ours("(c) with Bearer", { ...changing, ...bearer }),
    d: ours("(d) changes, PostgreSQL", changing, () => startOnPostgres(site)),
    "d-64": { ...ours("(d) at 64", changing, () => startOnPostgres(site)), connections: MANY },
    "d-two": { ...ours("(d) at 64, two servers", changing, () => startOnPostgres(site, 2)), connections: MANY },
    e: { ...ours("(e) no credentials, 401", { headers: {} }), status: 401 },
    f: { ...ours("(f) invalid, 400", { kind: "invalid" }), status: 400 },
  };
}

function onSqlite(site: Site, name: string): () => Promise<Target> {
  return () => startService({ site, database: join(site.folder, `${name}.sqlite`) });
}

/** Services on a PostgreSQL server of their own. */
async function startOnPostgres(site: Site, count = 1): Promise<Target> {
  const postgres = await startPostgres({ fsync: true });
  const first = await startService({ site, database: postgres.url });
  const peers: Target[] = [];
  while (peers.length < count - 1) peers.push(await startService({ site, database: postgres.url }));
  const end = async () => {
    for (const { end } of [first, ...peers]) await end();
    postgres.remove();
  };
  return { ...first, peers, end };
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

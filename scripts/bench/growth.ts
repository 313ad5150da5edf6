import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { ContractDocument } from "../../server/contract/document.ts";
import { run as generate } from "../generate.ts";
import { copyProjectTo } from "../shared/project-copy.ts";
import { startPrism } from "./contestants.ts";
import { load } from "./load.ts";
import type { Row } from "./report.ts";
import { startService, type Target } from "./service.ts";
import { type Bench, type Candidate, sideBySide } from "./side-by-side.ts";
import { USERS, writeDirectory } from "./sign-ins.ts";

const USER_COUNTS = [1_000, 100_000, 1_000_000];
const ADDED_PATHS = [0, 1, 20, 100];
const REQUEST_COUNTS = [10_000, 1_000_000];
const HANDLERS = "server/handlers/handlers.ts";

/** From the start of the process to the first 200: ours with 1,000 users in its file, and Prism. */
export function startTimes(bench: Bench): Promise<Row[]> {
  const readyMs = async (start: Promise<Target>) => {
    const { readyMs, end } = await start;
    await end();
    return { ms: readyMs };
  };
  const service = { site: bench.site, database: join(bench.site.folder, "start.sqlite") };
  const ours = () => readyMs(startService(service));
  return sideBySide({ ours, Prism: () => readyMs(startPrism(bench.site)) }, bench);
}

/** Requests for users from every part of directories of growing size; "start s" includes loading them. */
export function userCounts({ site }: Bench): Candidate[] {
  const candidateOf = (kind: "same" | "changing", users: number): Candidate => {
    const [directory, database] = [join(site.folder, `${users}.ndjson`), join(site.folder, `${users}-${kind}.sqlite`)];
    const start = () => writeDirectory(directory, users).then(() => startService({ site, directory, database }));
    const plan = { headers: site.basic, kind, users };
    return { title: `${users.toLocaleString("en")} users, ${kind}`, status: 200, plan, start };
  };
  return USER_COUNTS.flatMap((users) => [candidateOf("same", users), candidateOf("changing", users)]);
}

/** (a) with paths added to the contract, each in a regenerated copy of the project. */
export function contractSizes({ site }: Bench): Candidate[] {
  return ADDED_PATHS.map((added) => {
    const root = join(site.folder, `contract-${added}`);
    const start = async () => {
      await addPaths(copyProjectTo(root), added);
      return startService({ site, main: join(root, "server/main.ts"), database: `${root}.sqlite` });
    };
    const plan = { headers: site.basic, kind: "same", users: USERS } as const;
    return { title: `${added} paths added`, status: 200, plan, start };
  });
}

/** Adds copies of the path to the contract, and handlers: the server starts only if every operation has one. */
async function addPaths(root: string, added: number): Promise<void> {
  const [contract, handlers] = [join(root, "openapi.yaml"), join(root, HANDLERS)];
  const document: ContractDocument = parse(readFileSync(contract, "utf8"));
  const [path = "", item] = Object.entries(document.paths)[0] ?? [];
  const table = readFileSync(handlers, "utf8");
  const [, handler] = /SyncUserIdentity: (.+) };/.exec(table) ?? [];
  const entries = Array.from({ length: added }, (_, index) => {
    const operationId = `SyncUserIdentity${index + 1}`;
    document.paths[path.replace("/users/", `/things-${index}/`)] = { ...item, put: { ...item?.put, operationId } };
    return `${operationId}: ${handler}, `;
  });
  // YAML is a superset of JSON.
  writeFileSync(contract, JSON.stringify(document));
  writeFileSync(handlers, table.replace("SyncUserIdentity: ", `${entries.join("")}$&`));
  const lines: string[] = [];
  const code = await generate([], (line) => lines.push(line), { root, isBrief: true });
  if (code !== 0) throw new Error(`The contract with ${added} paths added is rejected: ${lines.join("\n")}`);
}

/** Resident memory after 10,000 and after 1,000,000 changing syncs on a SQLite file. */
export async function memoryGrowth({ site }: Bench): Promise<Row[]> {
  const target = await startService({ site, database: join(site.folder, "memory.sqlite") });
  const plan = { headers: site.basic, kind: "changing", users: USERS } as const;
  const rows: Row[] = [];
  try {
    for (const [at, count] of REQUEST_COUNTS.entries()) {
      const requests = count - (REQUEST_COUNTS[at - 1] ?? 0);
      const figures = await load(target, { plan, status: 200, requests });
      rows.push({ title: `${count} requests`, cells: { "RSS MB": figures["RSS MB"] ?? null } });
    }
  } finally {
    await target.end();
  }
  return rows;
}

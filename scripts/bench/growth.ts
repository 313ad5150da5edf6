import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run as generate } from "../generate.ts";
import { copyProjectTo } from "../shared/project-copy.ts";
import { startPrism } from "./contestants.ts";
import { load } from "./load.ts";
import type { Row } from "./report.ts";
import { startService, type Target } from "./service.ts";
import { type Bench, type Candidate, sideBySide, singleFigure } from "./side-by-side.ts";
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
    return readyMs;
  };
  const service = { site: bench.site, database: join(bench.site.folder, "start.sqlite") };
  const works = { ours: () => readyMs(startService(service)), Prism: () => readyMs(startPrism(bench.site)) };
  return sideBySide(singleFigure("ms", works), bench);
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

/** Adds the paths to the contract, and their handlers: the server starts only if every operation has one. */
async function addPaths(root: string, added: number): Promise<void> {
  const [contract, handlers] = [join(root, "openapi.yaml"), join(root, HANDLERS)];
  writeFileSync(contract, withPaths(readFileSync(contract, "utf8"), added));
  const table = readFileSync(handlers, "utf8").replace(/SyncUserIdentity: (.+) };/, (entry, handler: string) => {
    const entries = Array.from({ length: added }, (_, index) => `SyncUserIdentity${index + 1}: ${handler}`);
    return [...entries, entry].join(", ");
  });
  writeFileSync(handlers, table);
  const lines: string[] = [];
  const code = await generate([], (line) => lines.push(line), { root, isBrief: true });
  if (code !== 0) throw new Error(`The contract with ${added} paths added is rejected: ${lines.join("\n")}`);
}

/** The contract with copies of its path item, numbered from 1. */
export function withPaths(contract: string, added: number): string {
  const [, item] = /\npaths:\n(?: {2}#.*\n)*( {2}\/[\s\S]*?)\n\ncomponents:\n/.exec(contract) ?? [];
  if (item === undefined) throw new Error("The contract has no path to copy.");
  const copies = Array.from({ length: added }, (_, index) =>
    item
      .replace("/v1/users/", `/v1/things-${index + 1}/`)
      .replace(/operationId: (\w+)/, (_all, id: string) => `operationId: ${id}${index + 1}`),
  );
  return contract.replace("\n\ncomponents:\n", () => `\n${copies.join("\n")}\n\ncomponents:\n`);
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

import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { regenerate } from "../generate/regenerate.ts";
import { startService } from "./our-server.ts";
import { type Place, USERS } from "./place.ts";
import { type Figures, type Racer, type Turns, takeTurns } from "./rounds.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PARTS = ["openapi.yaml", "package.json", "generated", "server"];
const ADDED = [0, 1, 20, 100];

export interface ContractSize {
  /** Paths added to the one that is there. */
  added: number;
  /** Milliseconds from the start of the process to the first 200; one start. */
  readyMs: number;
  figures: Figures;
}

/** Copies of the project with paths added to the contract and regenerated; (a) against each of them in turn. */
export async function contractGrowth(place: Place, turns: Turns): Promise<ContractSize[]> {
  const racers: (Racer & { added: number; readyMs: number })[] = [];
  const plan = { headers: place.basic, kind: "same", users: USERS } as const;
  try {
    for (const added of ADDED) {
      turns.progress(`a contract with ${added} paths added`);
      const root = await copyWithPaths(place.folder, added);
      const service = {
        place,
        database: join(place.folder, `contract-${added}.sqlite`),
        main: join(root, "server/main.ts"),
      };
      const server = await startService(service);
      racers.push({ name: String(added), status: 200, plan, server, added, readyMs: server.readyMs });
    }
    const figures = await takeTurns(racers, turns);
    return racers.flatMap(({ name, added, readyMs }) => {
      const own = figures.get(name);
      return own ? [{ added, readyMs, figures: own }] : [];
    });
  } finally {
    await Promise.all(racers.map(({ server }) => server.end()));
  }
}

async function copyWithPaths(folder: string, added: number): Promise<string> {
  const root = join(folder, `contract-${added}`);
  for (const part of PARTS) cpSync(join(ROOT, part), join(root, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"), "dir");
  if (added === 0) return root;
  const wayIn = join(root, "server/way-in.ts");
  writeFileSync(wayIn, withHandlers(readFileSync(wayIn, "utf8")));
  const file = join(root, "openapi.yaml");
  writeFileSync(file, withPaths(readFileSync(file, "utf8"), added));
  const said: string[] = [];
  const { code } = await regenerate({ root, isCheck: false }, (line) => said.push(line));
  if (code !== 0) throw new Error(`The contract with ${added} paths added is refused: ${said.join("\n")}`);
  return root;
}

/** The server starts only if every operation has a handler: each gets the one there is. */
function withHandlers(wayIn: string): string {
  const table = /const handlers = \{ SyncUserIdentity: (.*) \};/;
  if (!table.test(wayIn)) throw new Error("server/way-in.ts has no table of handlers to extend.");
  return wayIn.replace(
    table,
    (_all, handler: string) =>
      `const handlers = Object.fromEntries(Object.keys(OPERATIONS).map((id) => [id, ${handler}])) as never;`,
  );
}

/** The one path item again and again, whole. */
export function withPaths(contract: string, added: number): string {
  const [, item] = /\npaths:\n(?: {2}#.*\n)*( {2}\/[\s\S]*?)\n\ncomponents:\n/.exec(contract) ?? [];
  if (item === undefined) throw new Error("The contract has no path to copy.");
  const copies = Array.from({ length: added }, (_, index) =>
    item
      .replace("/v1/users/", `/v1/things-${index}/`)
      .replace(/operationId: (\w+)/, (_all, id: string) => `operationId: ${id}${index}`),
  );
  return contract.replace("\n\ncomponents:\n", () => `\n${copies.join("\n")}\n\ncomponents:\n`);
}

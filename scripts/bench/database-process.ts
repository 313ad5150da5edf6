import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The process of a PostgreSQL server, whose children do its work: the first line of its postmaster.pid. */
export function postmasterPid(data: string): number {
  return Number.parseInt(readFileSync(join(data, "postmaster.pid"), "utf8"), 10);
}

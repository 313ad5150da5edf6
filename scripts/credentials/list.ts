import { CREDENTIALS_FILE, type CredentialEntry } from "../../server/auth/credentials-file.ts";
import { readJsonFile } from "../../server/auth/json-file.ts";
import { KINDS } from "./arguments.ts";

const COLUMNS = ["kind", "id", "name", "permissions", "created", "expires", "state"];

/** Prints a line for each entry; never a hash. */
export function list({ file }: { file: string }, now: Date, print: (line: string) => void): void {
  const { value } = readJsonFile(file, CREDENTIALS_FILE);
  const rows = Object.entries(KINDS).flatMap(([kind, name]) => value[name].map((entry) => rowOf(kind, entry, now)));
  for (const line of aligned([COLUMNS, ...rows])) print(line);
}

function rowOf(kind: string, entry: CredentialEntry, now: Date): string[] {
  const { id, name, permissions, created = "-", expires = "-" } = entry;
  return [kind, id, name, permissions.join(" "), created, expires, stateOf(entry, now)];
}

function stateOf({ revoked, expires }: CredentialEntry, now: Date): string {
  if (revoked !== undefined) return "revoked";
  return expires !== undefined && Date.parse(expires) <= now.getTime() ? "expired" : "active";
}

function aligned(rows: string[][]): string[] {
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lineOf = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return rows.map((cells) => lineOf(cells).trimEnd());
}

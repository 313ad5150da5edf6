import { readFile } from "node:fs/promises";
import { type CredentialEntry, parseCredentials } from "../../server/auth/credentials-file.ts";
import type { Print } from "../shared/print.ts";
import { KINDS } from "./call.ts";

const COLUMNS = ["kind", "id", "name", "permissions", "created", "expires", "state"];

/** Prints a line for each entry; never a hash. */
export async function list({ file }: { file: string }, now: Date, print: Print): Promise<void> {
  const credentials = parseCredentials(await readFile(file), file);
  const rows = Object.entries(KINDS).flatMap(([kind, name]) => credentials[name].map((entry) => row(kind, entry, now)));
  for (const line of aligned([COLUMNS, ...rows])) print(line);
}

function row(kind: string, entry: CredentialEntry, now: Date): string[] {
  const { id, name, permissions, created = "-", expires = "-" } = entry;
  return [kind, id, name, permissions.join(" "), created, expires, stateOf(entry, now)];
}

function stateOf({ revoked, expires }: CredentialEntry, now: Date): string {
  if (revoked !== undefined) return "revoked";
  return expires !== undefined && Date.parse(expires) <= now.getTime() ? "expired" : "active";
}

function aligned(rows: string[][]): string[] {
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

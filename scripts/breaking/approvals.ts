import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatDiagnostic } from "../generate/diagnostic.ts";
import { parseYaml } from "../generate/parse.ts";
import { type Change, fingerprint, isBreaking } from "./change.ts";

export const APPROVALS = "openapi.breaking-ok.yaml";

/**
 * Reads the approved breaking changes, a list of `{ fingerprint, reason }`: the reasons by fingerprint, and the invalid or
 * unused approvals as text with their position. Without changes the file is ignored.
 */
export async function readApprovals(root: string, changes: readonly Change[]) {
  const source = await readFile(join(root, APPROVALS), "utf8").catch(() => "");
  if (source === "" || changes.length === 0) return { reasons: new Map<string, string>(), problems: [] };
  const { value = [], locate, problems } = parseYaml(source, "failsafe");
  const breaking = new Set(changes.filter(isBreaking).map(fingerprint));
  const entries: Entry[] = (Array.isArray(value) ? value : [value]).map(Object);
  const invalid = entries.flatMap((entry, index) => {
    const message = problemOf(entry, breaking);
    return message === undefined ? [] : [{ ...locate([index, "fingerprint"]), message }];
  });
  return {
    reasons: new Map(entries.map(({ fingerprint: print = "", reason = "" }) => [print, reason])),
    problems: [...problems, ...invalid].map((found) =>
      formatDiagnostic(APPROVALS, source, { ...found, rule: "approval" }),
    ),
  };
}

interface Entry {
  fingerprint?: string;
  reason?: string;
}

function problemOf({ fingerprint: print, reason }: Entry, breaking: ReadonlySet<string>): string | undefined {
  if (typeof print !== "string") return "An approval must be a list item with 'fingerprint' and 'reason'.";
  if (typeof reason !== "string" || !reason.trim()) return `The approval of ${print} has no reason.`;
  return breaking.has(print) ? undefined : `No breaking change has the fingerprint ${print}. Remove its approval.`;
}

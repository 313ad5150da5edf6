import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatDiagnostic } from "../generate/diagnostic.ts";
import { parseYaml } from "../generate/parse.ts";
import { type Change, fingerprint, isBreaking } from "./change.ts";

export const APPROVALS = "openapi.breaking-ok.yaml";

/**
 * Reads the approved breaking changes, a list of `{ fingerprint, reason }`: the reasons by fingerprint, and the invalid or
 * unused approvals as text with their position. Without changes the file is ignored. `textAtBase` is that of the base: its
 * approvals can be unused, because they are of older changes, which a comparison with an older base needs.
 */
export async function readApprovals(root: string, changes: readonly Change[], textAtBase: string) {
  const source = await readFile(join(root, APPROVALS), "utf8").catch(() => "");
  if (source === "" || changes.length === 0) return { reasons: new Map<string, string>(), problems: [] };
  const { entries, locate, problems } = parseApprovals(source);
  const before = parseApprovals(textAtBase).entries.map(({ fingerprint: print }) => print);
  const known = new Set([...changes.filter(isBreaking).map(fingerprint), ...before]);
  const invalid = entries.flatMap((entry, index) => {
    const message = problemOf(entry, known);
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

function parseApprovals(source: string) {
  const { value = [], ...parsed } = parseYaml(source, "failsafe");
  const entries: Entry[] = (Array.isArray(value) ? value : [value]).map(Object);
  return { ...parsed, entries };
}

function problemOf({ fingerprint: print, reason }: Entry, known: ReadonlySet<unknown>): string | undefined {
  if (typeof print !== "string") return "An approval must be a list item with 'fingerprint' and 'reason'.";
  if (typeof reason !== "string" || !reason.trim()) return `The approval of ${print} has no reason.`;
  return known.has(print) ? undefined : `No breaking change has the fingerprint ${print}. Remove its approval.`;
}

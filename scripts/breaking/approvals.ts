import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { formatDiagnostic } from "../generate/diagnostic.ts";
import { type Change, fingerprint, isBreaking } from "./change.ts";

export const APPROVALS = "openapi.breaking-ok.yaml";

export interface Approvals {
  /** Fingerprint → reason. */
  reasons: ReadonlyMap<string, string>;
  /** Invalid or unused approvals, as text with their position. */
  problems: string[];
}

/** Reads the approvals of breaking changes, a list of `{ fingerprint, reason }`. Without changes the file is not read. */
export async function readApprovals(root: string, changes: readonly Change[]): Promise<Approvals> {
  const source = await readFile(join(root, APPROVALS), "utf8").catch(() => undefined);
  if (source === undefined || changes.length === 0) return { reasons: new Map(), problems: [] };
  const lines = new LineCounter();
  const yaml = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const problemAt = (from: number, to: number, message: string): string => {
    const { line, col } = lines.linePos(from);
    const place = { line, column: col, length: Math.max(1, to - from) };
    return formatDiagnostic(APPROVALS, source, { ...place, rule: "approval", message });
  };
  const [error] = yaml.errors;
  if (error) return { reasons: new Map(), problems: [problemAt(...error.pos, error.message)] };
  const breaking = new Set(changes.filter(isBreaking).map(fingerprint));
  const entries = (isSeq<Node>(yaml.contents) ? yaml.contents.items : [yaml.contents]).map(entryOf);
  const problems = entries.flatMap(({ node, ...entry }) => {
    const message = problemOf(entry, breaking);
    const [from = 0, to = 1] = node?.range ?? [];
    return message === undefined ? [] : [problemAt(from, to, message)];
  });
  return { reasons: new Map(entries.map((entry) => [entry.fingerprint ?? "", entry.reason ?? ""])), problems };
}

interface Entry {
  fingerprint?: string | undefined;
  reason?: string | undefined;
}

function entryOf(item: Node | null): Entry & { node: Node | null } {
  if (!isMap(item)) return { node: item };
  const textOf = (key: string) => {
    const value = item.get(key, true);
    // The source text, because a fingerprint of digits parses as a number.
    return isScalar(value) ? (value.source ?? String(value.value)) : undefined;
  };
  const place = item.get("fingerprint", true);
  return { node: isScalar(place) ? place : item, fingerprint: textOf("fingerprint"), reason: textOf("reason") };
}

function problemOf({ fingerprint: print, reason }: Entry, breaking: ReadonlySet<string>): string | undefined {
  if (print === undefined) return "An approval must be a list item with 'fingerprint' and 'reason'.";
  if (!reason?.trim()) return `The approval of ${print} has no reason.`;
  return breaking.has(print) ? undefined : `No breaking change has the fingerprint ${print}. Remove its approval.`;
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type Diagnostic, formatDiagnostic } from "../generate/diagnostic.ts";
import { type Change, fingerprint, isBreaking } from "./change.ts";

export const APPROVALS = "openapi.breaking-ok.yaml";

export interface Approvals {
  /** Fingerprint → why its change is all right. */
  reasons: ReadonlyMap<string, string>;
  /** What is wrong with the file, each as text with its place; approvals of nothing among it. */
  problems: string[];
}

/** Which of the breaking `changes` are approved: a list of `{ fingerprint, reason }`, absent if there are none. */
export async function readApprovals(root: string, changes: readonly Change[]): Promise<Approvals> {
  const source = await readFile(join(root, APPROVALS), "utf8").catch(() => undefined);
  if (source === undefined) return { reasons: new Map(), problems: [] };
  const lines = new LineCounter();
  const yaml = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const diagnosticAt = (from: number, to: number, message: string): Diagnostic => {
    const { line, col } = lines.linePos(from);
    return { line, column: col, length: Math.max(1, to - from), rule: "approval", message };
  };
  const format = (found: Diagnostic[]) => found.map((one) => formatDiagnostic(APPROVALS, source, one));
  const [error] = yaml.errors;
  if (error) return { reasons: new Map(), problems: format([diagnosticAt(...error.pos, error.message)]) };
  const known = new Set(changes.filter(isBreaking).map(fingerprint));
  const entries = (isSeq(yaml.contents) ? yaml.contents.items : [yaml.contents]).map((item) => entryOf(item as Node));
  const problems = entries.flatMap(({ node, ...entry }) => {
    const message = objectionTo(entry, known);
    const [from = 0, to = 1] = node?.range ?? [];
    return message === undefined ? [] : [diagnosticAt(from, to, message)];
  });
  const reasons = new Map(entries.map((entry) => [entry.fingerprint ?? "", entry.reason ?? ""]));
  return { reasons, problems: format(problems) };
}

interface Entry {
  fingerprint?: string | undefined;
  reason?: string | undefined;
}

function entryOf(item: Node | null): Entry & { node: Node | null } {
  if (!isMap(item)) return { node: item };
  const text = (key: string) => {
    const value = item.get(key, true);
    // As written: a fingerprint of digits alone is no number.
    return isScalar(value) ? (value.source ?? String(value.value)) : undefined;
  };
  const place = item.get("fingerprint", true);
  return { node: isScalar(place) ? place : item, fingerprint: text("fingerprint"), reason: text("reason") };
}

function objectionTo({ fingerprint: print, reason }: Entry, known: ReadonlySet<string>): string | undefined {
  if (print === undefined) return "An approval is a list item with 'fingerprint' and 'reason'.";
  if (!reason?.trim()) return `The approval of ${print} gives no reason.`;
  return known.has(print) ? undefined : `Nothing that breaks has the fingerprint ${print}: remove its approval.`;
}

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ContractDocument, referencePointer } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/parse.ts";
import type { Change, Impact } from "./change.ts";

const CONFIG = fileURLToPath(new URL("./redocly-diff.yaml", import.meta.url));
/** In the old document only: a comparison that does not call its loss breaking is not to be believed. */
const CANARY = "/nexus-sync-canary";
/** Longest wait for the differ, in milliseconds; it takes about 700. */
const PATIENCE_MS = 60_000;

/** The differ crashed, or said something that can't be believed. */
export class DifferFailed extends Error {
  override readonly name = "DifferFailed";
}

/** Other programs may stand in for Redocly's, in tests. */
export type Differ = { command: string; args: string[] };

const REDOCLY: Differ = {
  command: process.execPath,
  args: [join(dirname(createRequire(import.meta.url).resolve("@redocly/cli/package.json")), "bin/cli.js"), "diff"],
};

/**
 * What changed between two contracts and what it means on the wire. The only function that knows `redocly diff`
 * (experimental), so that it can be replaced.
 * @throws DifferFailed
 */
export async function wireChanges(
  base: ContractDocument,
  revision: ContractDocument,
  differ = REDOCLY,
): Promise<Change[]> {
  const folder = await mkdtemp(join(tmpdir(), "nexus-sync-diff-"));
  try {
    const responses = { "204": { description: "Always." } };
    const armed = { ...base, paths: { ...base.paths, [CANARY]: { get: { responses } } } };
    await writeFile(join(folder, "base.json"), JSON.stringify(armed));
    await writeFile(join(folder, "revision.json"), JSON.stringify(revision));
    const found = reported(await runDiffer(folder, differ));
    const [canaries, changes] = [found.filter(isCanary), found.filter((change) => !isCanary(change))];
    if (!canaries.some(({ wire }) => wire === "major")) throw new DifferFailed("It did not see a breaking change.");
    return changes;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The report's text. Exit codes are not asked: 1 means both "breaking" and "crashed". */
function runDiffer(folder: string, { command, args }: Differ): Promise<string> {
  const options = ["base.json", "revision.json", "--config", CONFIG, "--format", "json", "--output", "report.json"];
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" };
  return new Promise((resolve, reject) => {
    // In the temporary folder, so that no redocly.yaml and no ignore file of anybody's is in sight.
    execFile(command, [...args, ...options], { cwd: folder, env, timeout: PATIENCE_MS }, (error, _, stderr) => {
      readFile(join(folder, "report.json"), "utf8").then(resolve, () => {
        const said = stderr.split("\n").find((line) => /error/i.test(line));
        reject(new DifferFailed(`It wrote no report: ${said ?? error?.message ?? "no word why"}`));
      });
    });
  });
}

/** The part of Redocly's report (version 1) that is read. */
interface ReportedChange {
  path: string;
  kind: "added" | "removed" | "modified";
  impact: Impact;
  property?: string;
  verdicts: { ruleId: string; impact: Impact; message: string }[];
  base?: { pointer: string; value?: unknown };
  revision?: { pointer: string; value?: unknown };
}

function reported(text: string): Change[] {
  const report: { reportVersion?: unknown; changes?: unknown } = parsed(text);
  if (report.reportVersion !== "1" || !Array.isArray(report.changes)) {
    throw new DifferFailed("Its report is of an unknown kind.");
  }
  return (report.changes as ReportedChange[]).flatMap(changesOf);
}

function parsed(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new DifferFailed("Its report is not JSON.");
  }
}

/** One change, or one for each property that is required now or no longer. */
function changesOf(change: ReportedChange): Change[] {
  const { kind, base, revision, property, path } = change;
  const [verdict] = change.verdicts;
  const whole: Change = {
    rule: verdict?.ruleId ?? `${property ?? "element"}-${kind}`,
    message: verdict ? verdict.message.replaceAll("`", "'") : plainMessage(change),
    operation: operationIn(path),
    subject: pointerOf(base ?? revision),
    place: pointerOf(revision ?? base),
    isGone: revision === undefined,
    wire: change.impact,
    breaksSource: false,
    from: base?.value,
    to: revision?.value,
  };
  if (property !== "required") return [whole];
  const owner = whole.subject.at(-1) === "required" ? whole.subject.slice(0, -1) : whole.subject;
  const names = difference(listOf(base?.value), listOf(revision?.value));
  return names.map((name) => ({ ...whole, subject: [...owner, "properties", name], from: undefined, to: undefined }));
}

function plainMessage({ kind, property, path, base, revision }: ReportedChange): string {
  if (property === "key") return `Renamed from '${base?.value}' to '${revision?.value}'.`;
  const [from, to] = [base, revision].map((side) => JSON.stringify(side?.value) ?? "nothing");
  if (property && `${from}${to}`.length <= 80) return `'${property}' was ${from}, and is ${to}.`;
  const what = property ?? referencePointer(path).slice(-2).join(" ");
  return `${{ added: "Added", removed: "Removed", modified: "Changed" }[kind]}: ${what}.`;
}

function isCanary({ subject }: Change): boolean {
  return subject[1] === CANARY;
}

/** `#/paths/~1v1~1users/put/…` → `PUT /v1/users`. */
function operationIn(path: string): string | undefined {
  const [root, template, method] = referencePointer(path);
  if (root !== "paths" || template === undefined) return undefined;
  return method === undefined ? template : `${method.toUpperCase()} ${template}`;
}

function pointerOf(side: { pointer: string } | undefined): Pointer {
  return side === undefined || side.pointer === "#/" ? [] : referencePointer(side.pointer);
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** What stands in one list only. */
function difference(a: string[], b: string[]): string[] {
  return [...a.filter((name) => !b.includes(name)), ...b.filter((name) => !a.includes(name))];
}

import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type ContractDocument, referencePointer } from "../../../server/contract/document.ts";
import type { Pointer } from "../../generate/diagnostic.ts";
import { makeTemporaryFolder } from "../../shared/temporary-folder.ts";
import type { Change, Impact, WireChange } from "../change.ts";
import { differText, fromDiffer } from "./differ-text.ts";

const CONFIG = fileURLToPath(new URL("./redocly-diff.yaml", import.meta.url));
/** A path added to the old contract only. A report that does not list its removal as breaking is rejected. */
const CANARY = "/nexus-sync-canary";
/** Time limit of the differ, in milliseconds; it takes about 700. */
const TIMEOUT_MS = 60_000;

/** The differ crashed, or its report is unusable. */
export class DifferFailed extends Error {
  override readonly name = "DifferFailed";
}

const PACKAGE = createRequire(import.meta.url).resolve("@redocly/cli/package.json");
const DIFFER = [join(dirname(PACKAGE), "bin/cli.js"), "diff"];

/**
 * Changes between two contracts with their effect on the wire. The only function that uses `redocly diff`, which is
 * experimental.
 * @throws DifferFailed
 */
export async function wireChanges(base: ContractDocument, revision: ContractDocument): Promise<WireChange[]> {
  const folder = makeTemporaryFolder();
  try {
    const canary = { get: { responses: { "204": { description: "Canary." } } } };
    const withCanary = { ...base, paths: { ...base.paths, [CANARY]: canary } };
    await writeFile(join(folder.path, "base.json"), differText(withCanary));
    await writeFile(join(folder.path, "revision.json"), differText(revision));
    const changes = readReport(fromDiffer(await runDiffer(folder.path)));
    const isCanary = ({ subject }: Change) => subject[1] === CANARY;
    if (!changes.some((change) => isCanary(change) && change.wire === "major")) {
      throw new DifferFailed("The differ did not report a known breaking change.");
    }
    return changes.filter((change) => !isCanary(change));
  } finally {
    folder.remove();
  }
}

/** Returns the report's text. The exit code is ignored, because 1 means both "breaking" and "crashed". */
async function runDiffer(folder: string): Promise<string> {
  const options = ["base.json", "revision.json", "--config", CONFIG, "--format", "json", "--output", "report.json"];
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" };
  // In the temporary folder, so that no redocly.yaml or ignore file of the project is read.
  const running = promisify(execFile)(process.execPath, [...DIFFER, ...options], {
    cwd: folder,
    env,
    timeout: TIMEOUT_MS,
  });
  const failure = await running.catch((error: Error & { stderr: string }) => error);
  return await readFile(join(folder, "report.json"), "utf8").catch(() => {
    const reason = failure.stderr.split("\n").find((line) => /error/i.test(line));
    throw new DifferFailed(`The differ wrote no report: ${reason ?? failure}`);
  });
}

/** The used part of Redocly's report, version 1. */
interface ReportedChange {
  path: string;
  kind: "added" | "removed" | "modified";
  impact: Impact;
  property?: string;
  verdicts: { ruleId: string; impact: Impact; message: string }[];
  base?: { pointer: string; value?: unknown };
  revision?: { pointer: string; value?: unknown };
}

function readReport(text: string): WireChange[] {
  try {
    const { reportVersion, changes } = JSON.parse(text);
    if (reportVersion !== "1") throw new Error(`The version is ${reportVersion}.`);
    return (changes as ReportedChange[]).flatMap(changesOf);
  } catch (cause) {
    throw new DifferFailed("The differ's report has an unknown format.", { cause });
  }
}

/** One change; for `required`, one per property that became required or optional. */
function changesOf(reported: ReportedChange): WireChange[] {
  const { kind, base, revision, property, path } = reported;
  const [verdict] = reported.verdicts;
  const change: WireChange = {
    use: pointerOf(path),
    keyword: property,
    rule: verdict?.ruleId ?? `${property ?? "element"}-${kind}`,
    message: verdict ? verdict.message.replaceAll("`", "'") : messageOf(reported),
    operation: operationIn(path),
    subject: pointerOf((base ?? revision)?.pointer),
    place: pointerOf((revision ?? base)?.pointer),
    isRemoved: revision === undefined,
    isAdded: base === undefined,
    wire: reported.impact,
    breaksSource: false,
    from: base?.value,
    to: revision?.value,
  };
  const [before, after] = [base, revision].map((side) => new Set(Array.isArray(side?.value) ? side.value : []));
  const names = Array.from(before?.symmetricDifference(after ?? before) ?? [], String);
  // The `required` of a parameter, header or body is a boolean.
  if (property !== "required" || names.length === 0) return [change];
  const owner = change.subject.at(-1) === "required" ? change.subject.slice(0, -1) : change.subject;
  const properties = { ...change, from: undefined, to: undefined };
  return names.map((name) => {
    const inner = ["properties", name];
    return { ...properties, subject: [...owner, ...inner], use: [...change.use, ...inner] };
  });
}

function messageOf({ kind, property, path, base, revision }: ReportedChange): string {
  if (property === "key") return `Renamed from '${base?.value}' to '${revision?.value}'.`;
  const [from, to] = [base, revision].map((side) => JSON.stringify(side?.value) ?? "nothing");
  if (property && `${from}${to}`.length <= 80) return `'${property}' was ${from}, and is ${to}.`;
  const name = property ?? referencePointer(path).slice(-2).join(" ");
  return `${{ added: "Added", removed: "Removed", modified: "Changed" }[kind]}: ${name}.`;
}

/** `#/paths/~1v1~1users/put/…` → `PUT /v1/users`. */
function operationIn(path: string): string | undefined {
  const [root, template, method] = referencePointer(path);
  if (root !== "paths") return undefined;
  return method === undefined ? template : `${method.toUpperCase()} ${template}`;
}

function pointerOf(reference = "#/"): Pointer {
  return reference === "#/" ? [] : referencePointer(reference);
}

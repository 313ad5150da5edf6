import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { createLog } from "../../server/http/log.ts";
import type { RunningStub } from "../../server/stub/start-stub.ts";

/** Names the folder of the run's log; set once, before the tests' processes start. */
const FOLDER = "NEXUS_SYNC_RUN_LOG";
/** What tests plant in secrets, tokens and attribute values, and how they name users. */
const MARKERS = /planted|\bu-(ada|grace|zo|charles|eve|\d+)\b|auth0\|/i;

/** Everything a server logs goes into one file, and is read when the run is over. */
export function runLog(): Logger {
  return createLog({ level: "trace", isPretty: false, output: { write: (text) => append("log", text) } });
}

/** Secrets that a server made itself; none of them may be in the log. */
export function watchSecrets({ demo }: RunningStub): void {
  if (demo) append("secrets", `${demo.apiKey.secret}\n${demo.applicationToken}\n${demo.bearerToken}\n`);
}

function append(file: string, text: string): void {
  const folder = process.env[FOLDER];
  if (folder) appendFileSync(join(folder, file), text);
}

/** What in a log should not be there: each line with a marker or a secret, and what it was. */
export function leaks(log: string, secrets: readonly string[]): string[] {
  return log.split("\n").flatMap((line) => {
    const [marker] = MARKERS.exec(line) ?? [];
    const found = marker ?? secrets.find((secret) => secret !== "" && line.includes(secret));
    return found === undefined ? [] : [`'${found}' in: ${line}`];
  });
}

/** Vitest's global setup: opens the log of the run, and fails the run where something has leaked into it. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-run-"));
  process.env[FOLDER] = folder;
  for (const file of ["log", "secrets"]) writeFileSync(join(folder, file), "");
  return () => {
    const log = readFileSync(join(folder, "log"), "utf8");
    const found = leaks(log, readFileSync(join(folder, "secrets"), "utf8").split("\n"));
    rmSync(folder, { recursive: true });
    const lines = log.split("\n").length - 1;
    if (found.length > 0) return fail(`The log of the run holds what it must not:\n${found.slice(0, 5).join("\n")}`);
    console.log(`The log of the run: ${lines} lines, without a secret, a token, an attribute's value or a user's id.`);
  };
}

/** Vitest takes an error of a teardown for a nuisance, and exits with 0 all the same: this is the last word. */
function fail(message: string): void {
  console.error(message);
  process.once("exit", () => {
    process.exitCode = 1;
  });
}

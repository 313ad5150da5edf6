import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { createLog } from "../../server/http/log.ts";
import type { RunningStub } from "../../server/stub/start-stub.ts";

/** Variable with the folder of the run's log, set before the test processes start. */
const FOLDER = "NEXUS_SYNC_RUN_LOG";
/** Text that tests put into secrets, tokens and attribute values, and user ids. */
const MARKERS = /planted|\bu-(ada|grace|zo|charles|eve|\d+)\b|auth0\|/i;

/** A log whose lines are checked at the end of the test run. */
export function runLog(): Logger {
  return createLog({ level: "trace", isPretty: false, output: { write: (text) => append("log", text) } });
}

/** Adds the generated secrets of a server, which the log must not contain. */
export function watchSecrets({ demo }: RunningStub): void {
  if (demo) append("secrets", `${demo.apiKey.secret}\n${demo.applicationToken}\n${demo.bearerToken}\n`);
}

function append(file: string, text: string): void {
  const folder = process.env[FOLDER];
  if (folder) appendFileSync(join(folder, file), text);
}

/** The lines of a log that contain a marker or a secret. */
export function leaks(log: string, secrets: readonly string[]): string[] {
  return log.split("\n").flatMap((line) => {
    const [marker] = MARKERS.exec(line) ?? [];
    const found = marker ?? secrets.find((secret) => secret !== "" && line.includes(secret));
    return found === undefined ? [] : [`'${found}' in: ${line}`];
  });
}

/** Global setup of Vitest: opens the log of the run, and fails the run if a secret leaked into it. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-run-"));
  process.env[FOLDER] = folder;
  for (const file of ["log", "secrets"]) writeFileSync(join(folder, file), "");
  return () => {
    const log = readFileSync(join(folder, "log"), "utf8");
    const found = leaks(log, readFileSync(join(folder, "secrets"), "utf8").split("\n"));
    rmSync(folder, { recursive: true });
    const lines = log.split("\n").length - 1;
    if (found.length > 0) return fail(`The log of the run contains secrets:\n${found.slice(0, 5).join("\n")}`);
    console.log(`The log of the run: ${lines} lines, without secrets, tokens, attribute values and user ids.`);
  };
}

/** Vitest exits with 0 after an error in a teardown, so this sets the exit code when the process exits. */
function fail(message: string): void {
  console.error(message);
  process.once("exit", () => {
    process.exitCode = 1;
  });
}

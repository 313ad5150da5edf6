import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type CommandIo, run } from "../../client/backfill/command.ts";
import type { Environment } from "../../client/backfill/options.ts";
import { startTestProgram } from "../helpers/program.ts";
import { signIn } from "../helpers/stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const COMMAND = fileURLToPath(new URL("../../client/backfill/command.ts", import.meta.url));

export const BASIC = { NEXUS_USERNAME: "key", NEXUS_PASSWORD: "planted-password" };

/** A line of an input file. */
export const line = (userId: string, value = "planted") =>
  JSON.stringify({ userId, body: signIn({ attributes: { n: value } }) });

/** Lines of `u-0`, `u-1` and so on. */
export const lines = (count: number) =>
  Array.from({ length: count }, (_, number) => `${line(`u-${number}`)}\n`).join("");

/** Paths in a temporary folder, which is removed at the end of the test. */
export function temporaryPaths(): (name: string) => string {
  const folder = temporaryFolder();
  return (name) => join(folder, name);
}

/** A stream that collects what is written; a terminal if it has columns. */
export function collectOutput(columns?: number) {
  const written: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(text, _, done) {
      written.push(text);
      done();
    },
  });
  const output = Object.assign(stream, columns === undefined ? {} : { isTTY: true, columns });
  return { output, text: () => written.join("") };
}

/** Runs the command in this process. Returns its exit code, its output, and its progress as `shown`. */
export async function backfill(args: string[], env: Environment, options: Partial<CommandIo> = {}) {
  const printed: string[] = [];
  const { output, text } = collectOutput();
  const code = await run(["backfill", ...args], {
    env,
    output,
    signal: new AbortController().signal,
    print: (line) => printed.push(line),
    printError: (line) => printed.push(line),
    ...options,
  });
  return { code, output: printed.join("\n"), shown: text() };
}

/** Starts the command as a process, which is killed at the end of the test. */
export function startBackfill(args: string[], env: Environment) {
  return startTestProgram([process.execPath, COMMAND, "backfill", ...args], { env: { ...process.env, ...env } });
}

/** The checkpoint's count of finished items; 0 without a checkpoint. */
export function nextIn(checkpoint: string): number {
  return existsSync(checkpoint) ? JSON.parse(readFileSync(checkpoint, "utf8")).next : 0;
}

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { breakingLines } from "../breaking/breaking.ts";
import type { Print } from "../shared/print.ts";
import type { Outcome } from "./regenerate.ts";

export interface AdviceRequest extends Outcome {
  root: string;
  /** Ends the type check; nothing is printed then. */
  signal?: AbortSignal;
}

const AGAINST = "HEAD";

/**
 * Prints the handwritten lines that no longer compile, and the contract changes since HEAD that break callers. An error
 * here is printed and does not fail the run, because `generated/` is already written.
 */
export async function printAdvice({ root, contract, written, signal }: AdviceRequest, print: Print): Promise<void> {
  const changes = contract ? breakingLines({ root, contract, against: AGAINST }) : Promise.resolve([]);
  const lines = await Promise.all([
    written.length > 0 ? typeCheckLines(root, signal) : [],
    changes.catch(({ message }: Error) => [`Not compared with ${AGAINST}: ${message}`]),
  ]);
  if (!signal?.aborted) for (const line of lines.flat()) print(line);
}

async function typeCheckLines(root: string, signal?: AbortSignal): Promise<string[]> {
  try {
    const errors = await typeErrors(root, signal);
    if (errors.length === 0) return ["The handwritten code compiles."];
    const count =
      errors.length === 1
        ? "1 handwritten line no longer compiles"
        : `${errors.length} handwritten lines no longer compile`;
    return [`${count}:`, ...errors.map((error) => `  ${error}`)];
  } catch (error) {
    return [`The type check failed: ${(error as Error).message}`];
  }
}

/** The compiler errors of the project in `root`: one text per error, with file and line. */
export function typeErrors(root: string, signal?: AbortSignal): Promise<string[]> {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const args = [tsc, "--noEmit", "--pretty", "false", "--project", root];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, signal, maxBuffer: 16 * 1_048_576 }, (error, stdout) => {
      const errors = errorsIn(stdout);
      if (error && errors.length === 0) reject(new Error(stdout.split("\n")[0] || error.message));
      else resolve(errors);
    });
  });
}

/** The errors in the compiler's output. Indented lines continue the error above them; the last one has the reason. */
function errorsIn(output: string): string[] {
  const errors = output.split(/\n(?=\S)/).filter((text) => /^\S+\(\d+,\d+\): error /.test(text));
  return errors.map((text) => {
    const [error = "", ...reasons] = text.trimEnd().split("\n");
    const reason = reasons.at(-1)?.trim();
    return reason === undefined ? error : `${error}\n    ${reason}`;
  });
}

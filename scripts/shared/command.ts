import { ConfigurationError } from "../../server/configuration-error.ts";
import type { Print } from "./print.ts";

interface Command<T> {
  help: string;
  /** Calls `parseOptions`. */
  parse: () => T;
  print: Print;
  printError: Print;
}

/** Runs `work` with the parsed arguments, or prints the help (exit code 0) or a ConfigurationError (2). */
export async function runCommand<T extends { values: { help?: boolean | undefined } }>(
  { help, parse, print, printError }: Command<T>,
  work: (parsed: T) => Promise<number>,
): Promise<number> {
  try {
    const parsed = parse();
    if (parsed.values.help !== true) return await work(parsed);
    print(help);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    printError(error.message);
    return 2;
  }
}

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import ts from "typescript";

/** The first syntax error in a rendered source, which would be a fault of the generator; undefined if there is none. */
export function syntaxError(file: string, source: string): string | undefined {
  if (!file.endsWith(".ts")) return undefined;
  // Declarations are transpiled as a source: as declarations they have no output, which TypeScript takes for a failure.
  const fileName = file.replace(".d.ts", ".ts");
  const { diagnostics = [] } = ts.transpileModule(source, { fileName, reportDiagnostics: true });
  const [first] = diagnostics;
  return first && `${file}: ${ts.flattenDiagnosticMessageText(first.messageText, "\n")}`;
}

/** The compiler's complaints about the project in `root`, one each, by file and line; empty if everything fits. */
export async function typeErrors(root: string): Promise<string[]> {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const child = spawn(process.execPath, [tsc, "--noEmit", "--pretty", "false", "--project", root], { cwd: root });
  const output = await text(child.stdout);
  // Lines that begin with a space explain the one above.
  return output.split("\n").filter((line) => /^\S+\(\d+,\d+\): error /.test(line));
}

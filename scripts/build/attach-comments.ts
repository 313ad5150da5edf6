import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Puts each doc comment of the declarations on its own line. The generator behind tsdown prints a comment in a nested type
 * behind the previous member, to which TypeScript then attaches it.
 */
export function attachComments(outDir: string): void {
  for (const name of readdirSync(outDir).filter((file) => /\.d\.c?ts$/.test(file))) {
    const file = join(outDir, name);
    const text = readFileSync(file, "utf8")
      .replace(/^([ \t]*)(\/\*\* .*?\*\/)(?=\S)/gm, "$1$2\n$1")
      .replace(/^([ \t]*)(.*[;{}]) (?=\/\*\*\s)/gm, "$1$2\n$1");
    writeFileSync(file, text);
  }
}

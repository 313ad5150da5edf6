import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig } from "tsdown";
import { buildReference } from "./build/reference.ts";
import type { Print } from "./shared/print.ts";

const CLIENT = fileURLToPath(new URL("../client/", import.meta.url));
const REFERENCE = fileURLToPath(new URL("../reference/", import.meta.url));

/** Built name → source; `client/package.json` exports them. */
export const ENTRIES = {
  "nexus-client": "package-entry.ts",
  bulk: "bulk/sync-many.ts",
  validate: "validate.ts",
  testing: "testing/contract-fetch.ts",
  token: "token/cached-token.ts",
  auth0: "auth0/entry.ts",
} as const;

/** string-width 4 and its dependencies, for cli-progress. */
const WIDTH_OF_TEXT = ["string-width", "strip-ansi", "ansi-regex", "emoji-regex", "is-fullwidth-code-point"];

/**
 * Builds the client package into `client/dist`, and its API reference into `reference`. With a folder as argument, builds
 * the package into it, and no reference. Exit codes: 0 built, 1 a source can't be bundled or needs a package that is not
 * allowed, or the reference has a broken link.
 */
export async function run([outDir]: string[], print: Print): Promise<number> {
  const code = await buildPackage(outDir ?? join(CLIENT, "dist"), print);
  if (code !== 0 || outDir !== undefined) return code;
  if (!(await buildReference(ENTRIES, REFERENCE, print))) {
    print("The API reference has the errors above.");
    return 1;
  }
  print(`Built ${join(REFERENCE, "index.html")}.`);
  return 0;
}

/** ESM and CommonJS with declarations, and the command. */
async function buildPackage(outDir: string, print: Print): Promise<number> {
  const common: InlineConfig = {
    cwd: CLIENT,
    outDir,
    // Ignores configuration files in parent folders.
    config: false,
    tsconfig: "../tsconfig.json",
    failOnWarn: true,
    logLevel: "error",
    report: false,
    // The same output if node_modules is a symbolic link.
    inputOptions: { resolve: { symlinks: false } },
    // The only bundled package; the client has no dependencies, and its declarations must not mention this one.
    deps: { onlyBundle: ["openapi-fetch"] },
  };
  // The entries share their modules; neutral code must not use Node's.
  const library: InlineConfig = {
    ...common,
    entry: ENTRIES,
    format: ["esm", "cjs"],
    platform: "neutral",
    dts: true,
    // Removes the branch of openapi-fetch for Node, which only an option that the client does not set would use.
    define: { process: "undefined" },
  };
  const command: InlineConfig = {
    ...common,
    entry: { backfill: "backfill/command.ts" },
    platform: "node",
    fixedExtension: false,
    clean: false,
    dts: false,
    // The progress bar and the packages that it depends on.
    deps: { onlyBundle: ["openapi-fetch", "cli-progress", ...WIDTH_OF_TEXT] },
  };
  try {
    await build(library);
    await build(command);
    attachComments(outDir);
  } catch (error) {
    print(`The client was not built. ${error instanceof Error ? error.message : error}`);
    return 1;
  }
  print(`Built ${outDir}.`);
  return 0;
}

/**
 * Puts each doc comment of the declarations on its own line. The generator behind tsdown prints a comment in a nested type
 * behind the previous member, to which TypeScript then attaches it.
 */
function attachComments(outDir: string): void {
  for (const name of readdirSync(outDir).filter((file) => /\.d\.c?ts$/.test(file))) {
    const file = join(outDir, name);
    const text = readFileSync(file, "utf8")
      .replace(/^([ \t]*)(\/\*\* .*?\*\/)(?=\S)/gm, "$1$2\n$1")
      .replace(/^([ \t]*)(.*[;{}]) (?=\/\*\*\s)/gm, "$1$2\n$1");
    writeFileSync(file, text);
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2), console.log);

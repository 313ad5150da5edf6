import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig } from "tsdown";
import type { Print } from "./shared/print.ts";

const CLIENT = fileURLToPath(new URL("../client/", import.meta.url));

/** Built name → source; `client/package.json` exports them. */
export const ENTRIES = {
  "nexus-client": "package-entry.ts",
  bulk: "bulk.ts",
  validate: "validate.ts",
  testing: "testing.ts",
  auth0: "auth0.ts",
} as const;

/**
 * Builds the client's package into `client/dist`, or the folder given: ESM, CommonJS and a declaration for each, and the
 * command. Exit codes: 0 built, 1 a source can't be bundled, or would bring a dependency that nobody decided on.
 */
export async function run([outDir = join(CLIENT, "dist")]: string[], print: Print): Promise<number> {
  const common: InlineConfig = {
    cwd: CLIENT,
    outDir,
    // No configuration that lies about, no package.json but the client's own.
    config: false,
    tsconfig: "../tsconfig.json",
    failOnWarn: true,
    logLevel: "error",
    report: false,
    // The same output where node_modules is a link.
    inputOptions: { resolve: { symlinks: false } },
    // The only package inside: callers get no dependency of ours. Declarations may not mention it.
    deps: { onlyBundle: ["openapi-fetch"] },
  };
  // The entries share their modules, and neutral code may not name Node.
  const library: InlineConfig = { ...common, entry: ENTRIES, format: ["esm", "cjs"], platform: "neutral", dts: true };
  const command: InlineConfig = {
    ...common,
    entry: { backfill: "backfill.ts" },
    platform: "node",
    fixedExtension: false,
    clean: false,
    dts: false,
    // Node knows import.meta.main from 24.2 on; this file is never imported.
    define: { "import.meta.main": "true" },
  };
  try {
    await build(library);
    await build(command);
  } catch (error) {
    print(`The client was not built. ${error instanceof Error ? error.message : error}`);
    return 1;
  }
  print(`Built ${outDir}.`);
  return 0;
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2), console.log);

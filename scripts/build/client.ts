import { fileURLToPath } from "node:url";
import { build, type InlineConfig } from "tsdown";
import { attachComments } from "./attach-comments.ts";

export const CLIENT = fileURLToPath(new URL("../../client/", import.meta.url));

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
 * Builds the client's package: ESM and CommonJS with declarations, and the command.
 * @throws Error if a source can't be bundled or needs a package that is not allowed.
 */
export async function buildClient(outDir: string): Promise<void> {
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
  await build(library);
  await build(command);
  attachComments(outDir);
}

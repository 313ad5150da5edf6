import { cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig } from "tsdown";
import { attachComments } from "./attach-comments.ts";
import { copyDocuments } from "./documents.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Holds the manifest and the README of the package. */
export const SERVER_PACKAGE = join(ROOT, "server/package");

/** Files that the server reads at run time. */
const ASSETS = [
  "generated/openapi.json",
  "generated/control/openapi.json",
  "server/demo-directory.json",
  "server/stub/page",
];
/** Suites to copy for other languages. */
const EXAMPLES = ["pytest", "junit", "go"];
/** Copied, because the package swagger-ui-dist would install another one that reports installs. */
const SWAGGER_UI = ["swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE"];

/**
 * Builds the server's package: one module for each source, in the folders of the sources, so that the paths of assets are the
 * same; and the declarations of `entry.ts` in one file.
 * @throws Error if a source needs a package that is not a dependency in the manifest.
 */
export async function buildServer(outDir: string): Promise<void> {
  const common: InlineConfig = {
    cwd: SERVER_PACKAGE,
    outDir,
    // Ignores configuration files in parent folders.
    config: false,
    tsconfig: "../../tsconfig.json",
    failOnWarn: true,
    logLevel: "error",
    report: false,
    // The same output if node_modules is a symbolic link.
    inputOptions: { resolve: { symlinks: false } },
    platform: "node",
    format: "esm",
    fixedExtension: false,
  };
  // A pattern, because other entries are not placed below the root.
  const modules = { entry: ["{command,entry}.ts"], root: "../..", unbundle: true, dts: false };
  await build({ ...common, ...modules, target: "node22.13", deps: { onlyBundle: [] } });
  // Types of Express are in the sources of the declarations, and not in the declarations.
  const deps = { onlyBundle: [], neverBundle: [/^(@types\/)?express/] };
  await build({ ...common, entry: ["entry.ts"], dts: { emitDtsOnly: true }, clean: false, deps });
  attachComments(outDir);
  for (const asset of ASSETS) await cp(join(ROOT, asset), join(outDir, asset), { recursive: true });
  const swagger = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  for (const file of SWAGGER_UI) await cp(join(swagger, file), join(outDir, "server/stub/swagger-ui", file));
  const isSource = (path: string) => !/(__pycache__|target)$/.test(path);
  for (const name of EXAMPLES)
    await cp(join(ROOT, "test/examples", name), join(outDir, "examples", name), { recursive: true, filter: isSource });
  await copyDocuments(ROOT, outDir);
}

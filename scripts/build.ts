import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseOptions } from "../server/command-line/parse-options.ts";
import { ConfigurationError } from "../server/configuration-error.ts";
import { buildClient, CLIENT, ENTRIES } from "./build/client.ts";
import { buildReference } from "./build/reference.ts";
import { buildServer, SERVER_PACKAGE } from "./build/server.ts";
import { runCommand } from "./shared/command.ts";
import type { Print } from "./shared/print.ts";

/** The packages, each with the flag of `npm install` that most projects need. */
const PACKAGES = [
  { folder: SERVER_PACKAGE, build: buildServer, flag: "--save-dev " },
  { folder: CLIENT, build: buildClient, flag: "" },
];

const HELP = `npm run build -- [FOLDER]

Builds the packages nexus-sync and nexus-sync-client, packs them into FOLDER (default: dist/), and without FOLDER writes the
client's API reference into reference/.
Exit codes: 0 built, 1 a source can't be built or the reference has a broken link, 2 wrong arguments.`;

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const REFERENCE = fileURLToPath(new URL("../reference/", import.meta.url));

/**
 * Builds the packages nexus-sync and nexus-sync-client, packs them into `dist/`, and writes the client's API reference into
 * `reference/`. With a folder as argument, packs into it, and writes no reference.
 * Exit codes: 0 built, 1 a source can't be built or needs a package that is not allowed, or the reference has a broken link,
 * 2 wrong arguments.
 */
export function run(args: string[], print: Print, printError: Print = console.error): Promise<number> {
  const parse = () => parseOptions({ args, allowPositionals: true });
  return runCommand({ help: HELP, parse, print, printError }, ({ positionals: [folder, ...more] }) => {
    if (folder === "" || more.length > 0) throw new ConfigurationError("Name one folder, or none for dist/.");
    return buildAll(folder, print, printError);
  });
}

async function buildAll(folder: string | undefined, print: Print, printError: Print): Promise<number> {
  const outDir = folder ?? DIST;
  await mkdir(outDir, { recursive: true });
  const commands: string[] = [];
  for (const { folder, build, flag } of PACKAGES) {
    try {
      await build(join(folder, "dist"));
      commands.push(`  npm install ${flag}${join(outDir, await pack(folder, outDir))}`);
    } catch (error) {
      printError(
        `The package in ${relative("", folder)} was not built. ${error instanceof Error ? error.message : error}`,
      );
      return 1;
    }
  }
  if (folder === undefined && !(await buildReference(ENTRIES, REFERENCE, printError))) {
    printError("The API reference has the errors above.");
    return 1;
  }
  if (folder === undefined) print(`API reference of the client: ${join(REFERENCE, "index.html")}\n`);
  print(`Install them in your project:\n\n${commands.join("\n")}\n`);
  print("Then `npx nexus-sync` starts the stub there. Both READMEs have the first test.");
  return 0;
}

/** Packs the package in a folder, and returns the name of the tarball. */
async function pack(folder: string, outDir: string): Promise<string> {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", outDir];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: folder });
  const [{ filename = "" } = {}] = JSON.parse(stdout) as { filename?: string }[];
  return filename;
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2), console.log);

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Print } from "../shared/print.ts";
import { copyProjectTo } from "../shared/project-copy.ts";
import { makeTemporaryFolder } from "../shared/temporary-folder.ts";

const TYPEDOC = fileURLToPath(new URL("../../node_modules/typedoc/bin/typedoc", import.meta.url));
/** The pages beside the README. */
const PAGES = ["networking.md", "backfill.md"];

/**
 * Writes the API reference of the package's entries (built name → source) as HTML. Prints typedoc's warnings, such as a
 * link that leads nowhere, and returns false if there is one.
 */
export async function buildReference(entries: Readonly<Record<string, string>>, out: string, print: Print) {
  const copy = makeTemporaryFolder();
  try {
    const root = copyProjectTo(copy.path);
    edit(join(root, "generated/types.ts"), withNamedTypes);
    for (const [built, source] of Object.entries(entries)) {
      const name = built === "nexus-client" ? "nexus-sync-client" : `nexus-sync-client/${built}`;
      edit(join(root, "client", source), (text) => `/** @module ${name} */\n${text}`);
    }
    await promisify(execFile)(process.execPath, [TYPEDOC, ...optionsOf(Object.values(entries), out)], { cwd: root });
    return true;
  } catch (error) {
    const { stdout, stderr } = Object(error);
    print(`${stdout ?? error}${stderr ?? ""}`);
    return false;
  } finally {
    copy.remove();
  }
}

function optionsOf(sources: readonly string[], out: string): string[] {
  return [
    ...["--name", "nexus-sync-client", "--out", out, "--readme", "client/README.md", "--logLevel", "Warn"],
    ...PAGES.flatMap((page) => ["--projectDocuments", `client/${page}`]),
    // Includes the types of the project that exported ones refer to.
    ...["--plugin", "typedoc-plugin-missing-exports", "--excludeExternals"],
    // `npm run check` checks the types. The folder of the copy means nothing to a reader.
    ...["--skipErrorChecking", "--disableSources", "--treatWarningsAsErrors", "--treatValidationWarningsAsErrors"],
    ...sources.map((source) => `client/${source}`),
  ];
}

/**
 * Replaces `export type User = components["schemas"]["User"]` by the type itself, and its uses by `User`: typedoc shows
 * neither the members of the former nor a link to it. The tag of descriptions would be a heading.
 */
function withNamedTypes(types: string): string {
  const text = types.replaceAll("@description ", "").replaceAll(/components\["schemas"\]\["(\w+)"\]/g, "$1");
  const [schemas = ""] = /^ {4}schemas: \{\n[\s\S]*?^ {4}\};$/m.exec(text) ?? [];
  const found = schemas.matchAll(/^ {8}(\w+): (.*;|.*\n(?: {9,}.*\n)* {8}\S.*;)$/gm);
  const bodies = new Map(Array.from(found, ([, name = "", body = ""]) => [name, body]));
  return text.replaceAll(/^(export type (\w+) = )components\['schemas'\]\['\2'\];$/gm, (alias, start, name) =>
    bodies.has(name) ? start + bodies.get(name) : alias,
  );
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

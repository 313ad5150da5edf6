import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Application, OptionDefaults, type ProjectReflection, TSConfigReader } from "typedoc";
import { copyProjectTo } from "../shared/project-copy.ts";
import { makeTemporaryFolder } from "../shared/temporary-folder.ts";

/** The tag of openapi-typescript. */
const DESCRIPTION = "@description";

/**
 * Writes the API reference of the package's entries (built name → source) as HTML. Prints typedoc's warnings, such as a
 * link that leads nowhere, and returns false if there is one.
 */
export async function buildReference(entries: Readonly<Record<string, string>>, out: string): Promise<boolean> {
  const copy = makeTemporaryFolder();
  try {
    const root = copyProjectTo(copy.path);
    const types = join(root, "generated/types.ts");
    writeFileSync(types, withNamedTypes(readFileSync(types, "utf8")));
    return await writeReference(root, entries, out);
  } finally {
    copy.remove();
  }
}

async function writeReference(root: string, entries: Readonly<Record<string, string>>, out: string): Promise<boolean> {
  const client = join(root, "client");
  const app = await Application.bootstrapWithPlugins(
    {
      name: "nexus-sync-client",
      entryPoints: Object.values(entries).map((source) => join(client, source)),
      tsconfig: join(root, "tsconfig.json"),
      // `npm run check` checks the types.
      skipErrorChecking: true,
      // Includes the types of the project that exported ones refer to.
      plugin: ["typedoc-plugin-missing-exports"],
      excludeExternals: true,
      readme: join(client, "README.md"),
      projectDocuments: ["networking.md", "backfill.md"].map((file) => join(client, file)),
      blockTags: [...OptionDefaults.blockTags, DESCRIPTION],
      // The folder of the copy means nothing to a reader.
      disableSources: true,
      logLevel: "Warn",
    },
    // Reads no configuration of the user.
    [new TSConfigReader()],
  );
  const project = await app.convert();
  if (!project) return false;
  nameModules(project, entries);
  showDescriptions(project);
  app.validate(project);
  await app.generateDocs(project, out);
  return !app.logger.hasWarnings() && !app.logger.hasErrors();
}

/**
 * Replaces `export type User = components["schemas"]["User"]` by the type itself, and its uses by `User`: typedoc shows
 * neither the members of the former nor a link to it.
 */
function withNamedTypes(types: string): string {
  const text = types.replaceAll(/components\["schemas"\]\["(\w+)"\]/g, "$1");
  const [schemas = ""] = /^ {4}schemas: \{\n[\s\S]*?^ {4}\};$/m.exec(text) ?? [];
  const found = schemas.matchAll(/^ {8}(\w+): (.*;|.*\n(?: {9,}.*\n)* {8}\S.*;)$/gm);
  const bodies = new Map(Array.from(found, ([, name = "", body = ""]) => [name, body]));
  return text.replaceAll(/^(export type (\w+) = )components\['schemas'\]\['\2'\];$/gm, (alias, start, name) =>
    bodies.has(name) ? start + bodies.get(name) : alias,
  );
}

/** Names each module as callers import it. */
function nameModules({ children = [] }: ProjectReflection, entries: Readonly<Record<string, string>>): void {
  for (const [built, source] of Object.entries(entries)) {
    const module = children.find(({ name }) => `${name}.ts` === source);
    if (module) module.name = built === "nexus-client" ? "nexus-sync-client" : `nexus-sync-client/${built}`;
  }
}

/** Shows descriptions as text, as editors do, and not below a heading. */
function showDescriptions({ reflections }: ProjectReflection): void {
  for (const { comment } of Object.values(reflections)) {
    const text = comment?.getTags(DESCRIPTION).flatMap(({ content }) => content) ?? [];
    comment?.summary.push(...text);
    comment?.removeTags(DESCRIPTION);
  }
}

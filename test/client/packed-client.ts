import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, type InlineConfig } from "tsdown";
import { buildClient } from "../../scripts/build/client.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const execute = promisify(execFile);

export type PackedClient = Awaited<ReturnType<typeof packClient>>;

/** Builds and packs the package, and installs the tarball into an empty project, without a registry. */
export async function packClient() {
  const root = mkdtempSync(join(tmpdir(), "nexus-sync-package-"));
  const [source, project] = [mkdtempSync(join(root, "source-")), mkdtempSync(join(root, "project-"))];
  // Copies the sources too, so that the manifest selects the packed files.
  cpSync(join(ROOT, "client"), source, { recursive: true, filter: (file) => file !== join(ROOT, "client/dist") });
  await buildClient(join(source, "dist"));
  const npm = (cwd: string, ...args: string[]) =>
    execute("npm", [...args, "--offline", "--ignore-scripts", "--cache", join(root, "cache")], { cwd });
  const { stdout } = await npm(source, "pack", "--json", "--pack-destination", root);
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  const tarball = join(root, filename);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "caller", version: "0.0.0", private: true }));
  await npm(project, "install", "--no-audit", "--no-fund", tarball);
  const installed = join(project, "node_modules/nexus-sync-client");
  return {
    tarball,
    project,
    files: files.map(({ path }) => path),
    built: readdirSync(join(source, "dist"), { recursive: true, encoding: "utf8" }),
    installed,
    read: (file: string) => readFileSync(join(installed, file), "utf8"),
    write: (file: string, text: string) => writeFileSync(join(project, file), text),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Bundles a module as a caller's bundler does; returns the only chunk. */
export async function bundle({ project, write }: PackedClient, source: string, config: InlineConfig): Promise<string> {
  write("page.js", source);
  const quiet: InlineConfig = { config: false, tsconfig: false, dts: false, report: false, logLevel: "error" };
  const [made] = await build({
    ...quiet,
    cwd: project,
    entry: ["page.js"],
    platform: "browser",
    failOnWarn: true,
    deps: { alwaysBundle: [/./], onlyBundle: false },
    write: false,
    ...config,
  });
  const chunks = made?.chunks.filter(({ type }) => type === "chunk") ?? [];
  if (chunks.length !== 1) throw new Error(`${chunks.length} chunks, not 1.`);
  return chunks.map((chunk) => ("code" in chunk ? chunk.code : "")).join("");
}

/** The first supported Node on the PATH that is older than this one. */
export async function olderNode(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const node = join(folder, "node");
    if (!existsSync(node)) continue;
    const { stdout } = await execute(node, ["--print", "process.versions.node"]);
    const major = Number.parseInt(stdout, 10);
    if (major >= 20 && major < Number.parseInt(process.versions.node, 10)) return node;
  }
  return undefined;
}

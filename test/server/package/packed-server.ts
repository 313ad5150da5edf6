import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { run as build } from "../../../scripts/build.ts";
import { makeTemporaryFolder } from "../../../scripts/shared/temporary-folder.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const execute = promisify(execFile);

export type Installed = Awaited<ReturnType<typeof installPackages>>;

/** Builds both packages as `npm run build` does, and installs the tarballs into an empty project. */
export async function installPackages() {
  const { path: root, remove } = makeTemporaryFolder();
  const [tarballs, project] = [join(root, "tarballs"), join(root, "project")];
  mkdirSync(project);
  const lines: string[] = [];
  const code = await build([tarballs], (line) => lines.push(line));
  const output = lines.join("\n");
  if (code !== 0) throw new Error(output);
  const write = (file: string, text: string) => writeFileSync(join(project, file), text);
  write("package.json", JSON.stringify({ name: "caller", version: "0.0.0", private: true, type: "module" }));
  const install = (...names: string[]) => npmInstall(project, ...names);
  const paths = Array.from(output.matchAll(/\S+\.tgz/g), ([path]) => path);
  await install(...paths);
  const command = join(project, "node_modules/.bin/nexus-sync");
  return { output, tarball: paths[0] ?? "", project, command, write, install, remove };
}

async function npmInstall(folder: string, ...names: string[]): Promise<void> {
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await execute("npm", ["install", ...flags, ...names], { cwd: folder });
}

/** The program of a Node release, from its package on the registry, until the end of the test; undefined if it can't be installed. */
export async function nodeRelease(version: string): Promise<string | undefined> {
  const folder = temporaryFolder();
  const name = `node-${process.platform}-${process.arch}`;
  writeFileSync(join(folder, "package.json"), "{}");
  await npmInstall(folder, `${name}@${version}`).catch(() => {});
  const node = join(folder, "node_modules", name, "bin/node");
  return existsSync(node) ? node : undefined;
}

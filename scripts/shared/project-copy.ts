import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PARTS = ["CHANGELOG.md", "openapi.yaml", "package.json", "tsconfig.json", "vitest.config.ts"];
const FOLDERS = ["generated", "scripts", "server", "client"];

/** Copies the project, without its tests, into a folder. The copy shares the installed packages. */
export function copyProjectTo(root: string, ...more: readonly string[]): string {
  for (const part of [...PARTS, ...FOLDERS, ...more]) cpSync(join(ROOT, part), join(root, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"), "dir");
  return root;
}

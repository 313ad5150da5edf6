import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../shared/postgres-process.ts";
import type { Place } from "./place.ts";
import { requestsOf } from "./requests.ts";
import { type ServerChild, startChild } from "./server-child.ts";
import { Unavailable } from "./unavailable.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = join(ROOT, ".bench/prism");
const NAME = "@stoplight/prism-cli";
const PRISM_VERSION = "5.16.0";
const PACKAGE = join(FOLDER, "node_modules", NAME);
const INSTALL_MS = 120_000;

/** Stoplight Prism's mock server with our contract, in one process and without its log. */
export async function startPrism(place: Place, headers: Record<string, string> = {}): Promise<ServerChild> {
  installPrism();
  const port = await freePort();
  const flags = ["mock", "--multiprocess=false", "-v", "silent", "-p", String(port), join(ROOT, "openapi.yaml")];
  const [request = {}] = requestsOf({ headers: { ...place.basic, ...headers }, kind: "same", users: 1 }, 0, 0);
  const command = { args: [join(PACKAGE, "dist/index.js"), ...flags], url: `http://127.0.0.1:${port}` };
  return startChild(command, { request, status: 200 }).catch((error: Error) => {
    throw new Unavailable(`Prism does not start: ${firstLine(error.message)}`);
  });
}

/** A peer is no dependency: it is installed when it is first needed, into an ignored folder. */
export function installPrism(): void {
  if (isInstalled()) return;
  mkdirSync(FOLDER, { recursive: true });
  const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
  const args = ["install", "--prefix", FOLDER, ...flags, `${NAME}@${PRISM_VERSION}`];
  const { status, stderr, error } = spawnSync("npm", args, { encoding: "utf8", timeout: INSTALL_MS });
  if (status === 0 && isInstalled()) return;
  throw new Unavailable(`Prism could not be installed: ${error?.message ?? firstLine(stderr)}`);
}

function isInstalled(): boolean {
  const manifest = join(PACKAGE, "package.json");
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version === PRISM_VERSION;
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}

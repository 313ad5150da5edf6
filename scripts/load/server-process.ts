import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../server/main.ts", import.meta.url));

export interface ServerProcess {
  url: string;
  /** The value of Authorization for the demo API key. */
  authorization: string;
  child: ChildProcess;
  /** Ends it with SIGTERM, and answers with its exit code. */
  end(): Promise<number | null>;
}

/** The server that users get, in a process of its own on a free port, with a SQLite file that goes when it ends. */
export function startServerProcess(...flags: string[]): Promise<ServerProcess> {
  return startServerUnder([], flags);
}

/** The same below another program, which must leave the server's process where its own was. */
export async function startServerUnder(program: readonly string[], flags: readonly string[]): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-load-"));
  const server = [process.execPath, MAIN, "--port", "0", "--database", join(folder, "directory.db"), ...flags];
  const [command = "", ...args] = [...program, ...server];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit").then(([code]) => {
    rmSync(folder, { recursive: true, force: true });
    return code as number | null;
  });
  const { url, authorization } = await readBanner(child);
  return {
    url,
    authorization,
    child,
    end() {
      child.kill("SIGTERM");
      return exited;
    },
  };
}

/** What it prints once it listens. The rest of its output is read on and dropped: a full pipe would stop it. */
async function readBanner(child: ChildProcess): Promise<{ url: string; authorization: string }> {
  if (!child.stdout) throw new Error("The server's output can't be read.");
  let url: string | undefined;
  const lines = createInterface({ input: child.stdout });
  const pair = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      url ??= /http:\/\/\S+/.exec(line)?.[0];
      const [, found] = /^ {2}Basic +(\S+:\S+)$/.exec(line) ?? [];
      if (found) resolve(found);
    });
    lines.once("close", () => reject(new Error("The server ended before it listened.")));
  });
  return { url: url ?? "", authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

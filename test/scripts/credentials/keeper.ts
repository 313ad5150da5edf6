import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { run } from "../../../scripts/credentials.ts";
import { hashSecret } from "../../../server/auth/credentials.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

export const OLD = { id: "key-old", name: "Old \u00e9/", permissions: ["write"], sha256: hashSecret("planted-old") };

/** `npm run credentials` on a file in a folder of its own. */
export function keeper(content?: string) {
  const folder = temporaryFolder();
  const file = join(folder, "credentials.json");
  if (content !== undefined) writeFileSync(file, content);
  const call = async (...args: string[]) => {
    const lines: string[] = [];
    const print = (line: string) => void lines.push(line);
    const code = await run([...args, "--file", file], print, { printError: print });
    return { code, output: lines.join("\n").replaceAll(file, "FILE") };
  };
  return {
    file,
    folder,
    call,
    read: () => readFileSync(file, "utf8"),
    /** The id and secret that `add` printed. */
    async add(...args: string[]) {
      const { code, output } = await call("add", ...args);
      const [, id = "", secret = ""] = /^ {2}id +(\S+)\n {2}(?:secret|token) +(\S+)$/m.exec(output) ?? [];
      expect(code).toBe(0);
      return { id, secret, output };
    },
  };
}

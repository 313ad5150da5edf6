import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../../../scripts/generate.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** Writes files into a temporary folder, and runs `npm run generate -- --contract openapi.yaml --out out` there. */
export async function contractFolder(files: Readonly<Record<string, string>>) {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return {
    root,
    read: (file: string) => readFileSync(join(root, file), "utf8"),
    async generate(...args: string[]) {
      const lines: string[] = [];
      const print = (line: string) => void lines.push(line);
      const code = await run(["--contract", "openapi.yaml", "--out", "out", ...args], print, {
        root,
        printError: print,
      });
      return { code, output: lines.map((line) => `${line}\n`).join("") };
    },
  };
}

/** A small contract; `parts` are lines at the end of an object: an operation, its path, its schema, the document. */
export function contractWith(parts: Partial<Record<"operation" | "path" | "schema" | "components" | "root", string>>) {
  const lines = (name: keyof typeof parts, indent: number) =>
    (parts[name] ?? "").replaceAll(/^(?=.)/gm, " ".repeat(indent));
  return `openapi: 3.1.1
info: { title: Things, version: 1.0.0 }
security: [{ Token: [] }]
paths:
  /things/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string } }
${lines("path", 4)}
    get:
      operationId: readThing
${lines("operation", 6)}
      responses:
        "200":
          description: The thing.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Thing" }
components:
  securitySchemes:
    Token: { type: http, scheme: bearer }
  schemas:
    Thing:
      type: object
${lines("schema", 6)}
${lines("components", 2)}
${lines("root", 0)}
`;
}

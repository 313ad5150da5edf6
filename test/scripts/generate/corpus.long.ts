import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startProgram } from "../../../scripts/shared/program.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { expectServed } from "./served.ts";

const GENERATE = fileURLToPath(new URL("../../../scripts/generate.ts", import.meta.url));
const CORPUS = fileURLToPath(new URL("../../../node_modules/@readme/oas-examples/", import.meta.url));
/** Milliseconds after which a run hangs. */
const HANGS_AFTER_MS = 20_000;

const documentsIn = (folder: string) => globSync(`${folder}/*.{json,yaml}`, { cwd: CORPUS }).toSorted();

async function generate(document: string) {
  const args = [GENERATE, "--contract", `${CORPUS}${document}`, "--out", "out"];
  const cwd = temporaryFolder();
  const program = startProgram([process.execPath, ...args], { cwd, timeout: HANGS_AFTER_MS });
  return { ...(await program.ended), out: join(cwd, "out") };
}

/** The problems, as rule and message. All of the output must consist of problems that quote the document, and a count. */
function problemsIn(output: string, document: string): string[] {
  const lines = readFileSync(`${CORPUS}${document}`, "utf8").split("\n");
  const found = output.matchAll(
    /^\S+:(\d+):(\d+) {2}error {2}(\S+)\n {2}(.+)\n(?: +\d+ \|.*\n)? +\1 \| ?(.*)\n +\| +\^+\n/gm,
  );
  const problems = Array.from(found, ([text, line, column, rule, message, shown]) => {
    expect(shown).toBe(lines[Number(line) - 1]?.trimEnd());
    expect(Number(column)).toBeLessThanOrEqual((shown ?? "").length + 1);
    return { text, problem: `${rule}: ${message}` };
  });
  const count = `${problems.length} error${problems.length === 1 ? "" : "s"}`;
  expect(output).toBe(`${problems.map(({ text }) => text).join("")}out/ was not changed.  ${count}.\n`);
  return problems.map(({ problem }) => problem);
}

test.for([...documentsIn("3.1/json"), ...documentsIn("3.1/yaml")])(
  "%s is generated and served, or rejected with positions",
  async (document) => {
    const { code, output, out } = await generate(document);
    expect([0, 2]).toContain(code);
    if (code === 2) return expect(problemsIn(output, document)).not.toEqual([]);
    expect(output).toMatch(/^(wrote out\/\S+\n)+$/);
    await expectServed(out);
  },
);

test.for([...documentsIn("3.0/yaml"), ...documentsIn("2.0/json")])(
  "%s is rejected for its version",
  async (document) => {
    const { code, output } = await generate(document);
    expect(problemsIn(output, document)).toEqual([
      expect.stringMatching(/^openapi-3-1: The contract must be OpenAPI 3\.1, not .*\. Write 'openapi: 3\.1\.1'\.$/),
    ]);
    expect(code).toBe(2);
  },
);

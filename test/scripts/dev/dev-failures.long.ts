import { expect, test } from "vitest";
import { SECURITY_SCHEMES } from "../../../generated/operations.ts";
import { readyFrom } from "../../../scripts/shared/server-process.ts";
import { startDev } from "./dev-process.ts";

const RELOADED = /^The server uses the new contract\.$/m;
const HEADER = `name: ${SECURITY_SCHEMES.ApplicationToken.name}`;
const TIMEOUT = { timeout: 90_000 };

/** Statements that end a run of the generator in a way that its caller does not see. */
const FAILURES: [title: string, statement: string, printed: RegExp][] = [
  [
    "an exception in a callback",
    'setTimeout(() => { throw new Error("broken library"); }); await new Promise(() => {});',
    /Error: broken library/,
  ],
  [
    "a rejection that is not awaited",
    'Promise.reject(new Error("broken library")); await new Promise(() => {});',
    /Error: broken library/,
  ],
  ["an exception", 'throw new Error("broken library");', /Nothing was generated from openapi.yaml: broken library/],
  ["the end of its thread", "process.exit(1);", /The generator's thread ended/],
];

test.for(FAILURES)(
  "the development server goes on after %s of the generator",
  TIMEOUT,
  async ([, statement, printed]) => {
    const dev = startDev("--port", "0");
    const fault = `if (JSON.stringify(args[1]).includes("X-Fault")) { ${statement} }`;
    dev.project.edit(
      "scripts/generate/render.ts",
      "export async function render(",
      `export async function render(...args) { ${fault} return renderAll(...args); }\nasync function renderAll(`,
    );
    await readyFrom(dev);
    dev.project.edit("openapi.yaml", HEADER, "name: X-Fault");
    await dev.printed(printed);
    dev.project.edit("openapi.yaml", "name: X-Fault", "name: X-Other");
    await dev.printed(RELOADED);
    dev.project.edit("openapi.yaml", "name: X-Other", "name: X-Third");
    await dev.printed(RELOADED);
    expect((await dev.end("SIGTERM")).code).toBe(0);
  },
);

import { expect, test } from "vitest";
import { SECURITY_SCHEMES } from "../../../generated/operations.ts";
import { startTestProgram } from "../../helpers/program.ts";
import { copyProject } from "./project-copy.ts";

const HEADER = `name: ${SECURITY_SCHEMES.ApplicationToken.name}`;
const IMPORTS = `
import { CONTRACTS } from "./scripts/generate/contracts.ts";
import { watchInWorker } from "./scripts/generate/watch/watch-worker.ts";
const end = new AbortController();
const options = { root: process.cwd(), contracts: CONTRACTS, isBrief: true, signal: end.signal };
`;
/** Watches in a worker; ends after the first run, whatever its result. */
const PROBE = `${IMPORTS}
const print = (line) => {
  console.log(line);
  if (line.startsWith("generated/ was not changed")) end.abort();
};
const watch = async () => {
  for await (const written of watchInWorker(options, print)) {
    console.log("generated", written.join());
    if (process.argv[2] === "throw") throw new Error("handler failed");
    end.abort();
  }
};
await watch().catch((error) => console.log(error.message));
console.log("ended");
`;

test.for([
  ["a valid contract", "", "name: X-Probe", /^generated .*generated\/operations\.ts.*\nended\n$/m],
  ["an error of its caller", "throw", "name: X-Probe", /^handler failed\nended\n$/m],
  ["a missing reference", "", 'name: X-Probe\n      $ref: "#/components/nowhere"', /was not changed.*\nended\n$/],
] as const)("a watch in a worker and its process end after %s", ([, argument, header, expected]) => {
  const project = copyProject();
  project.edit("openapi.yaml", HEADER, header);
  project.write("probe.ts", PROBE);
  const { code, output } = project.runScript("probe.ts", argument);
  expect(output).toMatch(expected);
  expect(code).toBe(0);
});

/** A watch in which a run may take `runLimitMs`; SIGTERM ends it. */
const LIMITED = (runLimitMs: number) => `${IMPORTS}
process.once("SIGTERM", () => end.abort());
for await (const written of watchInWorker({ ...options, runLimitMs: ${runLimitMs} }, console.log)) {}
console.log("ended");
`;

/** A watch of a copy whose generator executes `statement` while a file of the contract contains "Endless". */
async function startHanging(statement: string, runLimitMs: number) {
  const project = copyProject();
  const render = "export async function render(";
  const fault = `if (JSON.stringify(args[1]).includes("Endless")) { ${statement} }`;
  const wrapped = `${render}...args) { ${fault} return renderAll(...args); }\nasync function renderAll(`;
  project.edit("scripts/generate/render.ts", render, wrapped);
  project.edit(
    "openapi.yaml",
    "        clientUpnKey:\n",
    '        shoe: { $ref: "shoe.yaml" }\n        clientUpnKey:\n',
  );
  project.write("shoe.yaml", "type: string\n");
  project.write("probe.ts", LIMITED(runLimitMs));
  const program = startTestProgram([process.execPath, "probe.ts"], { cwd: project.root });
  await program.printed(/^wrote generated\/manifest\.json$/m);
  return { ...program, project };
}

test.for([
  ["blocks its thread", "for (;;);"],
  ["waits forever", "await new Promise(() => {});"],
] as const)(
  "a run that %s is ended, and the next save of any file of the contract starts another one",
  {
    timeout: 120_000,
  },
  async ([, statement]) => {
    const { printed, project, end } = await startHanging(statement, 10_000);
    project.write("shoe.yaml", "type: string\ndescription: Endless\n");
    expect(await printed(/^The generator did not/m)).toMatch(
      /^The generator did not finish within 10 s and was stopped\. It starts again at the next change of a contract\.$/m,
    );
    project.write("shoe.yaml", "type: integer\n");
    expect(await printed(/^fixed$/m)).toContain("wrote generated/types.ts\n");
    const { code, output } = await end();
    expect(code).toBe(0);
    expect(output).toMatch(/\nended\n$/);
  },
);

test("a watch ends although a run blocks its thread", { timeout: 60_000 }, async () => {
  const { project, printed, end } = await startHanging('process._rawDebug("blocked"); for (;;);', 600_000);
  project.write("shoe.yaml", "type: string\ndescription: Endless\n");
  await printed(/^blocked$/m);
  expect((await end()).output).toMatch(/\nended\n$/);
});

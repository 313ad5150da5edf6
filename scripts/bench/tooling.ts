import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createNexusClient } from "../../client/nexus-client.ts";
import { run as generate } from "../generate.ts";
import { startProgram } from "../shared/program.ts";
import { copyProjectTo } from "../shared/project-copy.ts";
import { startBaseline } from "./contestants.ts";
import { CONNECTIONS } from "./load.ts";
import type { Row } from "./report.ts";
import { type Bench, sideBySide, singleFigure } from "./side-by-side.ts";
import { signInOf } from "./sign-ins.ts";

/** Edits before the measured one: the compilers are then as warm as in a watch of some minutes. */
const WARM_UP_EDITS = 10;
const CALLS = 1_500;

/**
 * A regeneration: `cold` and `unchanged` as processes, `warm` as in `--watch`. The type check and the comparison with
 * HEAD, which follow the writing, are not included.
 */
export function generateTimes(bench: Bench): Promise<Row[]> {
  const root = copyProjectTo(join(bench.site.folder, "generate"));
  const script = `import { run } from "./scripts/generate.ts"; process.exitCode = await run([], console.log, { isBrief: true })`;
  const inProcess = async () => {
    const { code, output } = await startProgram([process.execPath, "-e", script], { cwd: root }).ended;
    if (code !== 0) throw new Error(`The generator ended with ${code}: ${output}`);
  };
  const file = join(root, "openapi.yaml");
  const [source, property] = [readFileSync(file, "utf8"), "        nickname:\n"];
  const edit = (number: number) =>
    writeFileSync(file, source.replace(property, `        nickname${number}: {}\n${property}`));
  const cold = () => {
    rmSync(join(root, "generated"), { recursive: true });
    return msOf(inProcess);
  };
  const warm = async (edits = 0): Promise<number> => {
    edit(edits);
    const ms = await msOf(() => generate([], () => {}, { root, isBrief: true }));
    return edits === WARM_UP_EDITS ? ms : warm(edits + 1);
  };
  const works = { cold, unchanged: () => msOf(inProcess), "warm, after an edit": () => warm() };
  return sideBySide(singleFigure("ms", works), bench);
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** This process's processor time for a call of the client and for a bare `fetch`, against a canned response. */
export async function clientCost(bench: Bench): Promise<Row[]> {
  const target = await startBaseline("node", bench.site);
  const credentials = { type: "basic", username: "key", password: "secret" } as const;
  const client = createNexusClient({ baseUrl: target.url, credentials });
  const headers = { Accept: "application/json", "Content-Type": "application/json", ...bench.site.basic };
  const bare = async () => {
    const init = { method: "PUT", headers, body: JSON.stringify(signInOf(1)) };
    return (await fetch(`${target.url}/v1/users/u-1/$sync`, init)).json();
  };
  const works = {
    bare: () => cpuMicros(bare),
    client: () => cpuMicros(() => client.syncUserIdentity("u-1", signInOf(1))),
  };
  const rows = await sideBySide(singleFigure("CPU µs", works), bench);
  await target.end();
  return rows;
}

async function cpuMicros(call: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let calls = 0; calls < CALLS; calls += CONNECTIONS) await Promise.all(Array.from({ length: CONNECTIONS }, call));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createNexusClient } from "../../client/nexus-client.ts";
import { run as generate } from "../generate.ts";
import { startProgram } from "../shared/program.ts";
import { copyProjectTo } from "../shared/project-copy.ts";
import { startBaseline } from "./contestants.ts";
import { CONNECTIONS } from "./load.ts";
import type { Row } from "./report.ts";
import { type Bench, sideBySide } from "./side-by-side.ts";
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
    return timeOf(inProcess);
  };
  const warm = async () => {
    let time = { ms: 0 };
    for (let edits = 0; edits <= WARM_UP_EDITS; edits += 1) {
      edit(edits);
      time = await timeOf(() => generate([], () => {}, { root, isBrief: true }));
    }
    return time;
  };
  return sideBySide({ cold, unchanged: () => timeOf(inProcess), "warm, after an edit": warm }, bench);
}

async function timeOf(work: () => Promise<unknown>): Promise<{ ms: number }> {
  const start = performance.now();
  await work();
  return { ms: performance.now() - start };
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
  const ours = () => client.syncUserIdentity("u-1", signInOf(1));
  const rows = await sideBySide({ bare: () => cpuTimeOf(bare), client: () => cpuTimeOf(ours) }, bench);
  await target.end();
  return rows;
}

async function cpuTimeOf(call: () => Promise<unknown>): Promise<{ "CPU µs": number }> {
  const before = process.cpuUsage();
  for (let calls = 0; calls < CALLS; calls += CONNECTIONS) await Promise.all(Array.from({ length: CONNECTIONS }, call));
  const { user, system } = process.cpuUsage(before);
  return { "CPU µs": (user + system) / CALLS };
}

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createNexusClient } from "../../client/nexus-client.ts";
import { run as generate } from "../generate.ts";
import { startProgram } from "../shared/program.ts";
import { copyProjectTo } from "../shared/project-copy.ts";
import { startBaseline } from "./contestants.ts";
import { type Bench, inTurns } from "./load.ts";
import type { Row } from "./report.ts";
import { send } from "./service.ts";
import { CONNECTIONS, signInOf } from "./sign-ins.ts";

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
  const command = [process.execPath, "--input-type=module", "-e", script];
  const unchanged = async () => {
    const { code, output } = await startProgram(command, { cwd: root }).ended;
    if (code !== 0) throw new Error(`The generator ended with ${code}: ${output}`);
  };
  const cold = () => {
    rmSync(join(root, "generated"), { recursive: true, force: true });
    return unchanged();
  };
  const file = join(root, "openapi.yaml");
  const [source, property] = [readFileSync(file, "utf8"), "        nickname:\n"];
  const warm = async (edits = 0): Promise<number> => {
    writeFileSync(file, source.replace(property, `        nickname${edits}: {}\n${property}`));
    const ms = await msOf(() => generate([], () => {}, { root, isBrief: true }));
    return edits === WARM_UP_EDITS ? ms : warm(edits + 1);
  };
  return inTurns(bench, "ms", {
    cold: () => msOf(cold),
    unchanged: () => msOf(unchanged),
    "warm, after an edit": warm,
  });
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
  const request = { method: "PUT", path: "/v1/users/u-1/$sync", headers, body: JSON.stringify(signInOf(1)) } as const;
  const rows = await inTurns(bench, "CPU µs", {
    bare: () => cpuMicros(async () => JSON.parse((await send(target.url, request)).text)),
    client: () => cpuMicros(() => client.syncUserIdentity("u-1", signInOf(1))),
  });
  await target.end();
  return rows;
}

async function cpuMicros(call: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let calls = 0; calls < CALLS; calls += CONNECTIONS) await Promise.all(Array.from({ length: CONNECTIONS }, call));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

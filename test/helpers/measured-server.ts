import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeSite, serviceSettings } from "../../scripts/bench/service.ts";
import type { Ended } from "../../scripts/shared/program.ts";
import { DEMO_PAIR, DEMO_SECRET, MAIN, readyFrom } from "../../scripts/shared/server-process.ts";
import { startTestProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const PRELOAD = fileURLToPath(new URL("measure-process.ts", import.meta.url));

export interface MeasuredServer {
  url: string;
  /** The value of Authorization for the demo API key. */
  authorization: string;
  /** Figures of the process since its start or the last call. */
  measure(): Promise<Measured>;
  end(): Promise<Ended>;
}

interface Measured {
  /** Bytes in use after a collection. */
  heap: number;
  /** Open sockets, the port included. */
  sockets: number;
  /** Bytes that scavenges moved to the old space. */
  promoted: number;
}

/** The server in stub mode as a child process that can be measured. `flags` of Node begin with `--max-`. */
export async function startMeasuredServer(...flags: string[]): Promise<MeasuredServer> {
  const isNodeFlag = (flag: string) => flag.startsWith("--max-");
  const settings = ["--control-port", "none", ...flags.filter((flag) => !isNodeFlag(flag))];
  const environment = { NEXUS_SYNC_DEMO_SECRET: DEMO_SECRET };
  const { printed, ...server } = startMeasured(flags.filter(isNodeFlag), settings, environment);
  return { ...server, url: (await readyFrom({ printed })).url, authorization: `Basic ${btoa(DEMO_PAIR)}` };
}

/** The server in service mode on a SQLite file, with the users of the bench. */
export async function startMeasuredService(): Promise<MeasuredServer> {
  const folder = temporaryFolder();
  const site = await makeSite(folder);
  const { flags, environment } = serviceSettings({ site, database: join(folder, "service.sqlite") });
  const { printed, ...server } = startMeasured([], [...flags, "--log-level", "error"], environment);
  return { ...server, url: (await readyFrom({ printed })).url, authorization: site.basic.Authorization };
}

function startMeasured(node: readonly string[], settings: readonly string[], environment = {}) {
  const command = [process.execPath, "--expose-gc", "--import", PRELOAD, ...node, MAIN, "--port", "0", ...settings];
  const env = { ...process.env, ...environment };
  const { child, printed, end } = startTestProgram(command, { env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const measure = async () => {
    const reply = once(child, "message");
    child.send("measure");
    const [measured] = await reply;
    return measured as Measured;
  };
  return { printed, measure, end };
}

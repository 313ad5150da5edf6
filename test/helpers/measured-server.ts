import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Ended } from "../../scripts/shared/program.ts";
import { MAIN } from "../../scripts/shared/server-process.ts";
import { startTestProgram } from "./program.ts";

const PRELOAD = fileURLToPath(new URL("measure-process.ts", import.meta.url));

export interface MeasuredServer {
  url: string;
  /** The value of Authorization for the demo API key. */
  authorization: string;
  /** Bytes of the heap after a collection, and the number of open sockets, the port included. */
  measure(): Promise<{ heap: number; sockets: number }>;
  end(): Promise<Ended>;
}

/** The server in stub mode as a child process that can be measured. `flags` of Node begin with `--max-` or `--expose-`. */
export async function startMeasuredServer(...flags: string[]): Promise<MeasuredServer> {
  const isNodeFlag = (flag: string) => flag.startsWith("--max-");
  const node = ["--expose-gc", "--import", PRELOAD, ...flags.filter(isNodeFlag)];
  const settings = ["--port", "0", "--control-port", "none", ...flags.filter((flag) => !isNodeFlag(flag))];
  const command = [process.execPath, ...node, MAIN, ...settings];
  const { child, printed, end } = startTestProgram(command, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const banner = await printed(/^ {2}Basic +\S+:\S+$/m);
  const [, pair = ""] = /^ {2}Basic +(\S+)$/m.exec(banner) ?? [];
  return {
    url: /http:\/\/\S+/.exec(banner)?.[0] ?? "",
    authorization: `Basic ${btoa(pair)}`,
    async measure() {
      const reply = once(child, "message");
      child.send("measure");
      const [measured] = await reply;
      return measured;
    },
    end,
  };
}

import type { Directory } from "../../generated/types.ts";
import { type Rule, SERVER_OPTIONS } from "../check-options.ts";
import type { ServerOptions } from "../running-server.ts";
import type { ControlPortOptions } from "./control/control-port.ts";

export interface StubOptions extends ServerOptions, ControlPortOptions {
  /** Path of a JSON or NDJSON file, the content of one, or "demo": the users that the command lists. Default: no users. */
  directory?: string | Directory | undefined;
  /**
   * Secret of the demo API key, and the demo application token: 1 to 256 letters, digits and `-._~+/=`. Default: random. The demo
   * Bearer token is new at each start.
   */
  demoSecret?: string | undefined;
  /** Maximum number of entries in the journal of each session. Default 1,000. */
  journalSize?: number;
  /** Maximum size of all named sessions in bytes: their changed users, faults and journals. Default 52,428,800. */
  sessionBytes?: number;
}

export const STUB_OPTIONS = {
  ...SERVER_OPTIONS,
  demoSecret: "string",
  journalSize: 0,
  sessionBytes: 0,
  controlPort: (value: unknown) => (typeof value === "number" || value === "none" ? undefined : 'a number or "none"'),
  isControlPortPreferred: "boolean",
  controlHost: "string",
  controlToken: "string",
} as const satisfies Record<keyof StubOptions, Rule>;

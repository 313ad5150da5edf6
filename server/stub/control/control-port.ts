import type { Server } from "node:http";
import type { Logger } from "pino";
import type { Clock } from "../../clock.ts";
import { createHttpServer, listen, urlOf } from "../../http/http-server.ts";
import type { Sessions } from "../sessions.ts";
import { createControlApp } from "./control-app.ts";
import { authoritiesOf } from "./guard.ts";

export interface ControlPortOptions {
  /** Default 0: any free port; "none": no control port. */
  controlPort?: number | "none";
  /** Default 127.0.0.1; beyond loopback a token is required. */
  controlHost?: string;
  /** Required as a Bearer token. At least 16 visible ASCII characters. Default: none is required on loopback. */
  controlToken?: string;
}

export interface ControlPort {
  /** Absent where there is none. */
  url?: string;
  /** Origins of its pages, one for each of its host names. */
  origins: string[];
  close(): Promise<void>;
}

export interface ControlSurroundings {
  sessions: Sessions;
  /** The server of the main port; it may not listen yet. */
  server: Server;
  host: string;
  clock: Clock;
  log: Logger;
}

/** Milliseconds for requests in progress once the port is closed. */
const DEADLINE_MS = 250;

/**
 * Opens the control port.
 * @throws ConfigurationError if it can't be opened.
 */
export async function openControlPort(
  { controlPort = 0, controlHost = "127.0.0.1", controlToken }: ControlPortOptions,
  { server, host, sessions, clock, log }: ControlSurroundings,
): Promise<ControlPort> {
  if (controlPort === "none") return { origins: [], close: async () => {} };
  const { server: own, shutdown, handle } = createHttpServer(log);
  const flags = "--control-port or --control-host";
  const url = await listen(own, { port: controlPort, host: controlHost, flags });
  const stubUrl = () => urlOf(server, host);
  handle(createControlApp({ url, token: controlToken, stubUrl, shutdown, sessions, clock, log }));
  const close = async () => void (await shutdown.end({ deadlineMs: DEADLINE_MS }));
  return { url, origins: authoritiesOf(url).map((authority) => `http://${authority}`), close };
}

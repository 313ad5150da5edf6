import type { Server } from "node:http";
import type { Logger } from "pino";
import type { Clock } from "../../clock.ts";
import { createHttpServer, listen, urlOf } from "../../http/http-server.ts";
import type { Sessions } from "../sessions.ts";
import { createControlApp } from "./control-app.ts";
import { ControlPortRefused, refuseOpenPort } from "./control-port-error.ts";
import { authoritiesOf } from "./guard.ts";

export interface ControlPortOptions {
  /** Default 0: any free port; "none": there is no control port. */
  controlPort?: number | "none";
  /** Default 127.0.0.1; beyond loopback a token is needed. */
  controlHost?: string;
  /** Who brings it as a Bearer token is let in. 16 visible characters or more. Default: loopback needs none. */
  controlToken?: string;
}

export interface ControlPort {
  /** Absent where there is none. */
  url?: string;
  /** Of its pages, by all the names it goes by. */
  origins: string[];
  close(): Promise<void>;
}

export interface ControlSurroundings {
  /** Undefined in a service: there is no control port then. */
  sessions: Sessions | undefined;
  /** The main port's, with the address it listens on, or will. */
  server: Server;
  host: string;
  clock: Clock;
  log: Logger;
}

/** Milliseconds that requests under way get once the port is closed. */
const FAREWELL_MS = 250;

/**
 * Opens the port from which a stub is looked into and set.
 * @throws ControlPortRefused where others could reach it without a token, or it can't be opened.
 */
export async function openControlPort(
  { controlPort = 0, controlHost = "127.0.0.1", controlToken }: ControlPortOptions,
  { server, host, sessions, clock, log }: ControlSurroundings,
): Promise<ControlPort> {
  if (!sessions || controlPort === "none") return { origins: [], close: async () => {} };
  refuseOpenPort(controlHost, controlToken);
  const { server: own, drain, watch } = createHttpServer(log);
  const url = await listen(own, controlPort, controlHost).catch((error: Error) => {
    throw new ControlPortRefused(`${error.message}. Choose another --control-port or --control-host.`);
  });
  const stubUrl = () => urlOf(server, host);
  const app = createControlApp({ url, token: controlToken, stubUrl, sessions, clock, log });
  own.on("request", (request, response) => {
    watch(request, response);
    app(request, response);
  });
  const close = async () => void (await drain.end({ deadlineMs: FAREWELL_MS }));
  return { url, origins: authoritiesOf(url).map((authority) => `http://${authority}`), close };
}

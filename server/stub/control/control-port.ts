import type { Server } from "node:http";
import { isIPv4 } from "node:net";
import type { Express } from "express";
import { ConfigurationError } from "../../configuration-error.ts";
import { createHttpServer, listen, urlOf } from "../../http/http-server.ts";
import { type ControlAppOptions, createControlApp } from "./control-app.ts";
import { authoritiesOf } from "./guard.ts";

export interface ControlPortOptions {
  /** Default 0: any free port; "none": no control port. */
  controlPort?: number | "none";
  /** Whether any free port is taken if `controlPort` is in use. Default false. */
  isControlPortPreferred?: boolean;
  /** Default 127.0.0.1; a token is required beyond loopback. */
  controlHost?: string | undefined;
  /** Required as a Bearer token. At least 16 visible ASCII characters. Default: none is required on loopback. */
  controlToken?: string | undefined;
}

export interface ControlPortContext extends Pick<ControlAppOptions, "sessions" | "clock" | "credentials" | "log"> {
  /** The server of the main port; it may not listen yet. */
  server: Server;
  host: string;
}

const TOKEN = /^[\x21-\x7e]{16,}$/;
const VARIABLE = "NEXUS_SYNC_CONTROL_TOKEN";
/** Milliseconds for requests in progress after the port is closed. */
const DEADLINE_MS = 250;

/**
 * The control port can change the stub, so beyond loopback it requires a token.
 * @throws ConfigurationError if the token is missing or too short.
 */
export function checkControlPort({ controlPort, controlHost = "127.0.0.1", controlToken }: ControlPortOptions): void {
  if (controlPort === "none") return;
  if (controlToken === undefined && !isLoopback(controlHost))
    throw new ConfigurationError(
      `The control port on ${controlHost} needs a token. Set ${VARIABLE} to 16 or more visible ASCII characters, or use a loopback host.`,
    );
  if (controlToken !== undefined && !TOKEN.test(controlToken))
    throw new ConfigurationError(`${VARIABLE} must have 16 or more characters, all of them visible ASCII.`, {
      setting: VARIABLE,
    });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/**
 * Returns the URL (absent with `controlPort: "none"`) and the origins of its pages, one for each of its host names.
 * @throws ConfigurationError if the port can't be opened.
 */
export async function openControlPort(
  { controlPort = 0, isControlPortPreferred = false, controlHost = "127.0.0.1", controlToken }: ControlPortOptions,
  { server, host, ...context }: ControlPortContext,
): Promise<{ url?: string; origins: string[]; close: () => Promise<void> }> {
  if (controlPort === "none") return { origins: [], close: async () => {} };
  const { server: own, shutdown, handle } = createHttpServer(context.log);
  const place = { host: controlHost, setting: "control-port" } as const;
  const url = await listen(own, { ...place, port: controlPort }).catch((error) => {
    if (isControlPortPreferred && error.cause?.code === "EADDRINUSE") return listen(own, { ...place, port: 0 });
    throw error;
  });
  let app: Express | undefined;
  handle((request, response) => {
    // Created at the first request: compiling its contract takes longer than the rest of a start.
    app ??= createControlApp({ ...context, url, token: controlToken, stubUrl: () => urlOf(server, host), shutdown });
    app(request, response);
  });
  const close = async () => void (await shutdown.end({ deadlineMs: DEADLINE_MS }));
  return { url, origins: authoritiesOf(url).map((authority) => `http://${authority}`), close };
}

import { isIPv4 } from "node:net";
import { ConfigurationError } from "../../configuration-error.ts";
import type { ControlPortOptions } from "./control-port.ts";

/** Visible characters, as a header can carry them. */
const TOKEN = /^[\x21-\x7e]{16,}$/;
const VARIABLE = "NEXUS_SYNC_CONTROL_TOKEN";

/**
 * Every client of the control port can change the stub: beyond loopback it requires a token.
 * @throws ConfigurationError if the token is missing or too short.
 */
export function checkControlPort({
  controlPort,
  controlHost: host = "127.0.0.1",
  controlToken: token,
}: ControlPortOptions): void {
  if (controlPort === "none") return;
  if (token === undefined && !isLoopback(host))
    throw new ConfigurationError(
      `The control port on ${host} needs a token of 16 visible characters or more in ${VARIABLE}. Without one it is for loopback alone.`,
    );
  if (token !== undefined && !TOKEN.test(token))
    throw new ConfigurationError(`${VARIABLE} takes 16 visible ASCII characters or more.`);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

import { isIPv4 } from "node:net";

/** A control port that would be open to others, or can't be opened; the message says what to do. */
export class ControlPortRefused extends Error {
  override readonly name = "ControlPortRefused";
}

/** Visible characters, as a header can carry them. */
const TOKEN = /^[\x21-\x7e]{16,}$/;
const VARIABLE = "NEXUS_SYNC_CONTROL_TOKEN";

/**
 * Whoever reaches the port can change everything: beyond loopback it needs a token.
 * @throws ControlPortRefused where there is none, or one that is too short.
 */
export function refuseOpenPort(host: string, token: string | undefined): void {
  if (token === undefined && !isLoopback(host))
    throw new ControlPortRefused(
      `The control port on ${host} needs a token of 16 visible characters or more in ${VARIABLE}. Without one it is for loopback alone.`,
    );
  if (token !== undefined && !TOKEN.test(token))
    throw new ControlPortRefused(`${VARIABLE} takes 16 visible ASCII characters or more.`);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

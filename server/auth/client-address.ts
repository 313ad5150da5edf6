import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** Proxies in front of the server: their number, or their addresses and networks in CIDR notation. */
export type TrustedProxies = number | readonly string[];

/** Returns the address of a request's client; undefined if it is unknown. */
export type ClientAddress = (request: Pick<IncomingMessage, "headers" | "socket">) => string | undefined;

/**
 * The client is the first node that is not a trusted proxy, seen from this server: the socket, then X-Forwarded-For and
 * Forwarded (RFC 7239) from the right. Without trusted proxies it is the socket. Usually a proxy writes one of the headers
 * and passes the other on as the client sent it, so if the headers differ, neither is used.
 */
export function clientAddress(proxies: TrustedProxies = 0): ClientAddress {
  const isTrusted = typeof proxies === "number" ? (_: string, index: number) => index < proxies : inNetworks(proxies);
  return ({ headers, socket: { remoteAddress } }) => {
    if (remoteAddress === undefined || !isTrusted(remoteAddress, 0)) return remoteAddress;
    const { "x-forwarded-for": list, forwarded } = headers;
    const routes = [
      ...(list === undefined ? [] : [String(list).split(",")]),
      ...(forwarded === undefined ? [] : [forwardedFor(forwarded)]),
    ];
    const [found = remoteAddress, ...others] = routes.map((nodes) => {
      const route = [remoteAddress, ...nodes.map(addressIn).filter(Boolean).toReversed()];
      return route.find((address, index) => !isTrusted(address, index)) ?? route.at(-1);
    });
    return others.every((other) => other === found) ? found : remoteAddress;
  };
}

/** Whether the text is an IP address, or a network such as `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    bits > 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
}

function inNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (address) => isIP(address) > 0 && list.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const CLOSED = new RegExp(`^(?:[^"]|${QUOTED})*$`);
const ELEMENT = new RegExp(`(?:[^",]|${QUOTED})+`, "g");
/** Sticky, so that a parameter is never found within a quoted value. */
const PARAMETER = new RegExp(`[ \\t]*([^\\s";=]+)=(${QUOTED}|[^\\s";]+)[ \\t]*(?:;|$)`, "gy");

/** The `for` of each element of Forwarded; empty if a quoted value is not closed. */
function forwardedFor(header: string): string[] {
  if (!CLOSED.test(header)) return [];
  const elements = (header.match(ELEMENT) ?? []).filter((element) => element.trim() !== "");
  return elements.map((element) => {
    const parameters = Array.from(element.matchAll(PARAMETER), ([, name = "", value = ""]) => ({ name, value }));
    return parameters.find(({ name }) => name.toLowerCase() === "for")?.value ?? "unknown";
  });
}

/** The address of a node, without quotes, brackets and port; other text, such as `unknown`, as given. */
function addressIn(node: string): string {
  const text = node.trim().replace(/^"(.*)"$/, "$1");
  if (isIP(text)) return text;
  const [, inBrackets, beforePort] = /^(?:\[([^\]]*)\](?::[\w.-]+)?|([\d.]+):[\w.-]+)$/.exec(text) ?? [];
  return inBrackets ?? beforePort ?? text;
}

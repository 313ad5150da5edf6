import { NexusError } from "./nexus-error.ts";

/**
 * Checks where credentials would be sent to: https, or http on loopback or where allowed.
 * @throws NexusError `config`; the message does not repeat the URL, which may hold a password.
 */
export function checkBaseUrl(baseUrl: string, allowInsecureHttp: boolean): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url) throw new NexusError("config", "baseUrl is no absolute URL.");
  if (url.username || url.password) throw new NexusError("config", "baseUrl must not hold credentials.");
  if (url.search || url.hash) throw new NexusError("config", "baseUrl must not have a query or a fragment.");
  const isSecure = url.protocol === "https:" || (url.protocol === "http:" && (allowInsecureHttp || isLoopback(url)));
  if (!isSecure) throw new NexusError("config", "baseUrl must be https, or http on loopback (see allowInsecureHttp).");
  return url.href.replace(/\/+$/, "");
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

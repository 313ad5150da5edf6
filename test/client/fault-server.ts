import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { createNexusClient, type NexusClientOptions } from "../../client/nexus-client.ts";

export const JSON_TYPE = { "Content-Type": "application/json" };

/** A server with this listener, which records its requests; closed at the end of the test. */
export async function startFaultServer(listener: RequestListener) {
  const seen: { url: string | undefined; headers: NodeJS.Dict<string | string[]> }[] = [];
  const server = createServer((request, response) => {
    seen.push({ url: request.url, headers: request.headers });
    request.resume();
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** A complete response. */
export function respond(
  status = 200,
  headers: Record<string, string> = JSON_TYPE,
  body: string | Buffer = "{}",
): RequestListener {
  return (_, response) => response.writeHead(status, headers).end(body);
}

export const hang: RequestListener = () => {};
/** A body that starts and never ends. */
export const stall: RequestListener = (_, response) => response.writeHead(200, JSON_TYPE).write('{"userId":');

export const NOWHERE = "http://127.0.0.1:9";

export function clientFor(baseUrl: string, options: Partial<NexusClientOptions> = {}) {
  const credentials = { type: "basic", username: "key", password: "s3cret-marker" } as const;
  return createNexusClient({ baseUrl, credentials, timeoutMs: 1_000, ...options });
}

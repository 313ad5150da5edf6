import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { createNexusClient, type NexusClientOptions } from "../../client/nexus-client.ts";

/** A server that misbehaves as the test says, and counts what reached it; ends with the test. */
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

export function clientFor(baseUrl: string, options: Partial<NexusClientOptions> = {}) {
  const credentials = { type: "basic", username: "key", password: "s3cret-marker" } as const;
  return createNexusClient({ baseUrl, credentials, timeoutMs: 1_000, ...options });
}

import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { Session } from "node:inspector/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { startServer } from "../../server/start.ts";

// Starts a service with the options of its argument, sends two requests with different bodies over one connection, and
// prints the files of server/ in which the second request executes a function.
const { options, path, headers, bodies } = JSON.parse(process.argv[2] ?? "{}");
const SERVER = new URL("../../server/", import.meta.url).href;
const server = await startServer(options);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

async function send(body: unknown): Promise<number | undefined> {
  const outgoing = request(server.url + path, { agent, method: "PUT", headers }).end(JSON.stringify(body));
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  await once(response.resume(), "end");
  // The server logs a request after the last byte of its response.
  await sleep(50);
  return response.statusCode;
}

const session = new Session();
session.connect();
const [first, second] = bodies;
await send(first);
await session.post("Profiler.enable");
await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
await session.post("Profiler.takePreciseCoverage");
const status = await send(second);
const { result } = await session.post("Profiler.takePreciseCoverage");
const executed = result.filter(
  ({ url, functions }) => url.startsWith(SERVER) && functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0),
);
console.log(JSON.stringify({ status, files: executed.map(({ url }) => url.slice(SERVER.length)).toSorted() }));
session.disconnect();
agent.destroy();
await server.close();

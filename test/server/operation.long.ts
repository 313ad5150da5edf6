import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openConnection } from "../../scripts/shared/connection.ts";
import { until } from "../../scripts/shared/program.ts";
import { MAIN, readyFrom } from "../../scripts/shared/server-process.ts";
import { startTestProgram } from "../helpers/program.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

/** A service without a directory, as a child process. */
function start(environment: object = {}) {
  const folder = temporaryFolder();
  const credentials = join(folder, "credentials.json");
  writeFileSync(credentials, JSON.stringify({ apiKeys: [], applicationTokens: [] }));
  const files = ["--credentials", credentials, "--database", join(folder, "nexus.sqlite")];
  const env = { ...process.env, NEXUS_SYNC_PORT: "0", ...environment };
  return startTestProgram([process.execPath, MAIN, "--mode", "service", ...files], { env });
}

async function urlOf(server: ReturnType<typeof start>): Promise<string> {
  return (await readyFrom(server)).url;
}

test("SIGHUP ends a service with exit code 0", async () => {
  const server = start();
  await urlOf(server);
  expect(await server.end("SIGHUP")).toMatchObject({ code: 0, signal: null });
});

test("SIGUSR1 opens no debugger in a service", async () => {
  const server = start();
  const url = await urlOf(server);
  server.child.kill("SIGUSR1");
  await sleep(500);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  expect(server.output()).not.toMatch(/debugger/i);
});

test.for([
  ["NEXUS_SYNC_DIRECTORY", "/nowhere.json"],
  ["NEXUS_SYNC_DATABASE", "/nowhere/nexus.sqlite"],
  ["NEXUS_SYNC_CREDENTIALS", "/nowhere.json"],
  ["NEXUS_SYNC_HOST", "203.0.113.1"],
])("an unusable %s ends the start with exit code 2 and its name", async ([variable = "", value]) => {
  const settings = { NEXUS_SYNC_PORT: "0", NEXUS_SYNC_CONTROL_PORT: "0", [variable]: value };
  const args = [process.execPath, MAIN];
  const program = startTestProgram(args, { env: { ...process.env, ...settings } });
  const { code, output } = await program.ended;
  expect(code).toBe(2);
  expect(output).toContain(`The setting is from ${variable}.`);
});

test("a port in use ends the start with the variable that gives it", async () => {
  const first = start();
  const { port } = new URL(await urlOf(first));
  const { code, output } = await start({ NEXUS_SYNC_PORT: port }).ended;
  expect([code, output]).toEqual([2, expect.stringContaining("The setting is from NEXUS_SYNC_PORT.")]);
});

test("a connection that was idle for longer than the parser's limits is used again", async () => {
  const server = start();
  const { socket, send } = openConnection(await urlOf(server));
  const probe = Buffer.from("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  expect((await send(probe)).status).toBe(200);
  await sleep(15_500);
  expect((await send(probe)).status).toBe(200);
  socket.destroy();
});

test("an idle connection is closed after --keep-alive-timeout", async () => {
  const server = start({ NEXUS_SYNC_KEEP_ALIVE_TIMEOUT: "1" });
  const { socket, send } = openConnection(await urlOf(server));
  await send(Buffer.from("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  // The default is 5 s in a stub and 65 s in a service.
  await until(() => socket.destroyed || socket.readableEnded, 4_500);
});

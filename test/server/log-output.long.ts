import { execFileSync, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { openConnection } from "../../scripts/shared/connection.ts";
import { freePort, until } from "../../scripts/shared/program.ts";
import { MAIN } from "../../scripts/shared/server-process.ts";
import { startTestProgram } from "../helpers/program.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const FLAGS = ["--directory", "none", "--control-port", "none"];

/** A server that listens, with the given standard streams. `redirection` as in a shell. */
async function startWith(stdio: StdioOptions, redirection = "", environment: NodeJS.ProcessEnv = {}) {
  const port = await freePort();
  const command = `exec "${process.execPath}" "${MAIN}" --port ${port} ${FLAGS.join(" ")} ${redirection}`;
  const child = spawn("sh", ["-c", command], { stdio, env: { ...process.env, ...environment } });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { ...(await serverOn(port)), child };
}

async function serverOn(port: number) {
  const url = `http://127.0.0.1:${port}`;
  const isUp = async () => (await fetch(`${url}/livez`).catch(() => undefined))?.ok ?? false;
  await until(isUp, 10_000);
  const lost = async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const [, count] = /^nexus_sync_log_lines_lost_total (\d+)$/m.exec(text) ?? [];
    return Number(count);
  };
  return { url, lost };
}

/** Ends the server with SIGTERM and returns its exit code and the milliseconds it took. */
async function end(child: ReturnType<typeof spawn>) {
  const start = performance.now();
  child.kill();
  const [code] = await once(child, "exit");
  return { code, ms: performance.now() - start };
}

test.for<[name: string, stdio: () => StdioOptions]>([
  ["standard output", () => ["ignore", openSync("/dev/full", "w"), "ignore"]],
  ["both output streams", () => ["ignore", openSync("/dev/full", "w"), openSync("/dev/full", "w")]],
])("a full disk at %s does not end the server, and lost lines are counted", async ([, stdio]) => {
  const streams = stdio();
  const { url, lost, child } = await startWith(streams);
  for (const stream of streams) if (typeof stream === "number") closeSync(stream);
  for (let sent = 0; sent < 20; sent += 1) expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  await until(async () => (await lost()) >= 20, 5_000);
  expect(await end(child)).toMatchObject({ code: 0 });
});

test("a closed pipe does not end the server, and lines are written again when another program reads", async () => {
  const fifo = join(temporaryFolder(), "log");
  execFileSync("mkfifo", [fifo]);
  const port = await freePort();
  const command = `exec "${process.execPath}" "${MAIN}" --port ${port} ${FLAGS.join(" ")} > "${fifo}"`;
  const server = startTestProgram(["sh", "-c", command]);
  const first = startTestProgram(["head", "-1", fifo]);
  const { url, lost } = await serverOn(port);
  expect((await first.ended).output).toMatch(/^\{"event":"ready",.*\}\n$/);
  for (let sent = 0; sent < 20; sent += 1) await fetch(`${url}/nowhere`);
  await until(async () => (await lost()) >= 20, 5_000);

  const second = startTestProgram(["cat", fifo]);
  await until(async () => {
    await fetch(`${url}/nowhere`);
    return second.output() !== "";
  }, 5_000);
  const before = await lost();
  await fetch(`${url}/again`, { headers: { "X-Request-Id": "again" } });
  await second.printed(/"requestId":"again".*\n/);
  for (const line of second.output().trim().split("\n")) expect(JSON.parse(line)).toMatchObject({ msg: "request" });
  expect(await lost()).toBe(before);
  expect((await server.end()).code).toBe(0);
});

test("a pipe that nothing reads does not stop the server, which keeps 1 MiB of lines and writes them when it can", async () => {
  const { url, lost, child } = await startWith(["ignore", "pipe", "ignore"]);
  const { socket, send } = openConnection(url);
  const id = "x".repeat(128);
  const bytes = Buffer.from(`GET /nowhere HTTP/1.1\r\nHost: nexus.example\r\nX-Request-Id: ${id}\r\n\r\n`);
  for (let sent = 0; sent < 6_000; sent += 1) await send(bytes);
  socket.destroy();
  const before = await lost();
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(6_000);

  const output: Buffer[] = [];
  const log = () => Buffer.concat(output).toString();
  child.stdout?.on("data", (bytes) => output.push(bytes));
  await until(async () => {
    await fetch(`${url}/again`, { headers: { "X-Request-Id": "again" } });
    return log().includes('"requestId":"again"');
  }, 5_000);
  expect(await end(child)).toMatchObject({ code: 0 });
  const lines = log()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  expect(lines.filter((line) => JSON.parse(line).requestId === id)).toHaveLength(6_000 - before);
});

test.for([
  ["standard output", ""],
  ["both output streams", "2>&1"],
])("a pipe at %s that nothing reads does not delay the end of the server", async ([, redirection]) => {
  const { url, child } = await startWith(["ignore", "pipe", "ignore"], redirection);
  const { socket, send } = openConnection(url);
  for (let sent = 0; sent < 1_000; sent += 1)
    await send(Buffer.from("GET /nowhere HTTP/1.1\r\nHost: nexus.example\r\n\r\n"));
  socket.destroy();
  const { code, ms } = await end(child);
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5_000);
});

test("a message of Node to a pipe that nothing reads does not keep the server from ending", async () => {
  const warn = `process.on("SIGUSR2", () => process.stderr.write("x".repeat(1e6)))`;
  const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(warn)}` };
  const { url, child } = await startWith(["ignore", "pipe", "pipe"], "", environment);
  child.stdout?.resume();
  child.kill("SIGUSR2");
  await once(child.stderr as Readable, "readable");
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  const { code, ms } = await end(child);
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
});

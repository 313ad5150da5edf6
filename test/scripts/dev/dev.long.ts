import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { OPERATIONS, SECURITY_SCHEMES } from "../../../generated/operations.ts";
import { openConnection, putBytes } from "../../../scripts/shared/connection.ts";
import { DEMO_PAIR, readyFrom } from "../../../scripts/shared/server-process.ts";
import { JSON_TYPE, signIn } from "../../helpers/stub.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { startDev } from "./dev-process.ts";

const KEY = "          minLength: 1\n          description: Name of the claim.";
const RELOADED = /^The server uses the new contract\.$/m;
const CONNECTIONS = 16;
/** Four runs of the generator under load, next to other tests. */
const TIMEOUT = { timeout: 90_000 };
const PATH = OPERATIONS.SyncUserIdentity.path.replace("{userId}", "u-ada");
const LONG = "k".repeat(24);
const INVALID = ["required: [key]", "required: [kye]"] as const;

/** The development server with its demo credentials, and syncs of u-ada. */
async function startServing() {
  const file = join(temporaryFolder(), "ready.json");
  const dev = startDev("--port", "0", "--ready-file", file);
  const { url } = await readyFrom(dev);
  const { bearerToken: bearer, applicationToken: token } = JSON.parse(readFileSync(file, "utf8")).demo;
  const basic = { ...JSON_TYPE, Authorization: `Basic ${btoa(DEMO_PAIR)}` };
  const body = (attributes: Record<string, string>) => JSON.stringify(signIn({ groups: ["engineers"], attributes }));
  const sync = (attributes: Record<string, string>, headers: Record<string, string> = basic) =>
    fetch(url + PATH, { method: "PUT", headers, body: body(attributes) });
  /** A sync as the bytes of an HTTP/1.1 request. */
  const raw = (attributes: Record<string, string>, headers: Record<string, string> = {}) =>
    putBytes(url + PATH, { ...basic, ...headers }, body(attributes));
  /** Sets the maximum length of a claim name in the contract. */
  const limitKey = (max: number, before = KEY) => dev.project.edit("openapi.yaml", before, maxLength(max));
  return { ...dev, url, bearer, token, sync, raw, limitKey };
}

function maxLength(max: number): string {
  return `          maxLength: ${max}\n${KEY}`;
}

/** Sends requests one after another on each of CONNECTIONS connections, until `stop` is called. */
function startLoad(url: string, bytes: Buffer) {
  const failures: string[] = [];
  const state = { succeeded: 0, isOver: false };
  const sendAll = async () => {
    const { socket, send } = openConnection(url);
    while (!state.isOver) {
      const { status, body } = await send(bytes);
      if (status === 200) state.succeeded += 1;
      else failures.push(`${status} ${body}`);
    }
    socket.destroy();
  };
  // Rejects if a connection closes.
  const done = Promise.all(Array.from({ length: CONNECTIONS }, sendAll));
  const stop = async () => {
    state.isOver = true;
    await done;
    return failures;
  };
  return { succeeded: () => state.succeeded, stop };
}

test("valid and invalid edits under load keep every connection, request and state", TIMEOUT, async () => {
  const { printed, project, limitKey, sync, raw, url } = await startServing();
  expect((await sync({ [LONG]: "first" })).status).toBe(200);
  const load = startLoad(url, raw({ department: "Engines" }));

  limitKey(20);
  expect(await printed(RELOADED)).toContain("wrote generated/validators.js\n");
  const rejected = await sync({ [LONG]: "second" });
  expect(rejected.status).toBe(400);
  const violation = { pointer: "/attributes/0/key", detail: "must NOT have more than 20 characters" };
  expect(await rejected.json()).toMatchObject({ errors: [violation] });

  project.edit("openapi.yaml", ...INVALID);
  const output = await printed(/generated\/ was not changed/);
  expect(output).toMatch(/^openapi\.yaml:\d+:\d+ +error[\s\S]*Did you mean 'key'\?/m);
  const before = load.succeeded();
  expect((await sync({ [LONG]: "third" })).status).toBe(400);

  project.edit("openapi.yaml", INVALID[1], INVALID[0]);
  await printed(/^fixed$/m);
  limitKey(30, maxLength(20));
  await printed(RELOADED);
  const { user } = (await (await sync({})).json()) as { user: { attributes: unknown[] } };
  expect(user.attributes).toContainEqual(expect.objectContaining({ name: LONG, value: "first" }));
  expect((await sync({ [LONG]: "fourth" })).status).toBe(200);

  expect(await load.stop()).toEqual([]);
  expect(load.succeeded()).toBeGreaterThan(before);
});

test("a request in progress during a reload finishes under the contract of its start", async () => {
  const { printed, url, sync, raw, limitKey } = await startServing();
  const bytes = raw({ [LONG]: "before" }, { Connection: "close" });
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes.subarray(0, -9));

  limitKey(20);
  await printed(RELOADED);
  expect((await sync({ [LONG]: "after" })).status).toBe(400);
  socket.write(bytes.subarray(-9));
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test("a renamed security header is read after the reload, and demo tokens stay valid", async () => {
  const { printed, project, bearer, token, sync } = await startServing();
  const { name } = SECURITY_SCHEMES.ApplicationToken;
  const statusWith = async (header: string) =>
    (await sync({}, { ...JSON_TYPE, Authorization: `Bearer ${bearer}`, [header]: token })).status;
  expect(await statusWith(name)).toBe(200);
  project.edit("openapi.yaml", `name: ${name}`, "name: X-App-Token");
  await printed(RELOADED);
  expect(await statusWith("X-App-Token")).toBe(200);
  expect(await statusWith(name)).toBe(401);
});

test.for(["SIGINT", "SIGTERM"] as const)("%s ends the server with exit code 0", async (signal) => {
  const { end, printed } = startDev("--port", "0");
  const { url } = await readyFrom({ printed });
  expect((await end(signal)).code).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test("an invalid contract at the start starts no server, and SIGTERM ends the command with exit code 0", async () => {
  const { end, printed, project } = startDev("--port", "0");
  project.edit("openapi.yaml", ...INVALID);
  expect(await printed(/was not changed/)).not.toMatch(/"ready"/);
  expect((await end("SIGTERM")).code).toBe(0);
});

test("an invalid flag and a port in use end the command with exit code 2", async () => {
  const output = "--port takes a number from 0 to 65535, not 'nine'.\n";
  expect(await startDev("--port", "nine").ended).toMatchObject({ code: 2, output });
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const inUse = await startDev("--port", String((other.address() as AddressInfo).port)).ended;
  expect(inUse.code).toBe(2);
  expect(inUse.output).toContain("Choose another port or host.\n");
});

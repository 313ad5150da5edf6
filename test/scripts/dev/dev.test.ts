import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { OPERATIONS, SECURITY_SCHEMES } from "../../../generated/operations.ts";
import { API, CONNECTION, JSON_TYPE } from "../../helpers/stub.ts";
import { startDev } from "./dev-process.ts";
import { type Call, startLoad } from "./steady-load.ts";

const KEY = "          minLength: 1\n          description: Name of the claim.";
const RELOADED = /^The server uses the new contract\.$/m;
const CONNECTIONS = 16;
/** Four runs of the generator under load, while other tests run. */
const PATIENCE = { timeout: 90_000 };
const PATH = OPERATIONS.SyncUserIdentity.path.replace("{userId}", "u-ada");

/** The development server, and a sign-in of u-ada that asserts attributes. */
async function startServing(...args: string[]) {
  const dev = startDev("--port", "0", ...args);
  const printed = await dev.printed(/^curl/m);
  const [, url = "", key = ""] = /on (\S+) .*Basic +(\S+)\n/s.exec(printed) ?? [];
  const [, bearer = "", token = ""] = /Bearer +(\S+)\n +\S+ +(\S+) /.exec(printed) ?? [];
  const call = (attributes: Record<string, string>): Call => ({
    url: url + PATH,
    headers: { ...JSON_TYPE, Authorization: `Basic ${btoa(key)}` },
    body: JSON.stringify({
      audience: API,
      attributes: Object.entries(attributes).map(([name, value]) => ({ key: name, value })),
      connection: { connectionId: CONNECTION, groups: ["engineers"] },
    }),
  });
  const signIn = (attributes: Record<string, string>, headers = call({}).headers) =>
    fetch(url + PATH, { method: "PUT", headers, body: call(attributes).body });
  /** Sets the maximum length of a claim name in the contract. */
  const limitKey = (most: number, before: string) => dev.project.edit("openapi.yaml", before, maxLength(most));
  return { ...dev, url, bearer, token, call, signIn, limitKey };
}

function maxLength(most: number): string {
  return `          maxLength: ${most}\n${KEY}`;
}

const LONG = "k".repeat(24);

test("good, bad, good under load: no connection is dropped, no request fails, all state stays", PATIENCE, async () => {
  const { printed, project, limitKey, signIn, call } = await startServing();
  expect((await signIn({ [LONG]: "first" })).status).toBe(200);
  const load = startLoad(call({ department: "Engines" }), CONNECTIONS);

  limitKey(20, KEY);
  expect(await printed(RELOADED)).toContain("wrote generated/validators.js\n");
  const refused = await signIn({ [LONG]: "second" });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    errors: [{ pointer: "/attributes/0/key", detail: "must NOT have more than 20 characters" }],
  });

  project.edit("openapi.yaml", "required: [key]", "required: [kye]");
  expect(await printed(/generated\/ was not changed/)).toMatch(
    /^openapi\.yaml:\d+:\d+ +error[\s\S]*Did you mean 'key'\?/m,
  );
  const before = load.answered();
  expect((await signIn({ [LONG]: "third" })).status).toBe(400);

  project.edit("openapi.yaml", "required: [kye]", "required: [key]");
  await printed(/^fixed$/m);
  limitKey(30, maxLength(20));
  await printed(RELOADED);
  const answer = await signIn({});
  const { user } = (await answer.json()) as { user: { attributes: unknown[] } };
  expect(user.attributes).toContainEqual(expect.objectContaining({ name: LONG, value: "first" }));
  expect((await signIn({ [LONG]: "fourth" })).status).toBe(200);

  const { connections, failures, answered } = await load.stop();
  expect(failures).toEqual([]);
  expect(connections).toBe(CONNECTIONS);
  expect(answered).toBeGreaterThan(before);
});

test("a request in progress during a reload finishes under the contract it arrived under", async () => {
  const { printed, url, call, signIn, limitKey } = await startServing();
  const { headers, body } = call({ [LONG]: "before" });
  const { port, hostname, host } = new URL(url);
  const all = { ...headers, Host: host, Connection: "close", "Content-Length": Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(Number(port), hostname);
  socket.write(`PUT ${PATH} HTTP/1.1\r\n${lines.join("")}\r\n${body.slice(0, 9)}`);

  limitKey(20, KEY);
  await printed(RELOADED);
  expect((await signIn({ [LONG]: "after" })).status).toBe(400);
  socket.write(body.slice(9));

  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test("a renamed security header is used after the reload, with the token of the start", async () => {
  const { printed, project, bearer, token, signIn } = await startServing();
  const { name } = SECURITY_SCHEMES.ApplicationToken;
  const withToken = (header: string) =>
    signIn({}, { ...JSON_TYPE, Authorization: `Bearer ${bearer}`, [header]: token });
  expect((await withToken(name)).status).toBe(200);

  project.edit("openapi.yaml", `name: ${name}`, "name: X-App-Token");
  await printed(RELOADED);

  expect((await withToken("X-App-Token")).status).toBe(200);
  expect((await withToken(name)).status).toBe(401);
});

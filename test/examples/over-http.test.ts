import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

/* An example for any language: the stub is a process of its own (`npm start`), used over HTTP. Each test has a session. */

let stub: ChildProcess;
let ready: { url: string; controlUrl: string; demo: { apiKey: { id: string; secret: string } } };
const folder = mkdtempSync(join(tmpdir(), "stub-"));

beforeAll(async () => {
  // With port 0 the stub uses free ports. It writes them to the file with its credentials when it is ready.
  const file = join(folder, "ready.json");
  const args = ["server/main.ts", "--port", "0", "--ready-file", file, "--log-level", "silent"];
  stub = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  while (!existsSync(file)) {
    if (stub.exitCode !== null) throw new Error("The stub did not start.");
    await sleep(20);
  }
  ready = JSON.parse(readFileSync(file, "utf8"));
}, 30_000);

afterAll(async () => {
  stub.kill("SIGTERM");
  await once(stub, "exit");
  rmSync(folder, { recursive: true });
});

/** Signs u-ada in; in a real suite, the code under test does this. */
function signIn(headers: Record<string, string>): Promise<Response> {
  const connection = { connectionId: "con_acme-ad", groups: ["engineers"] };
  const { id, secret } = ready.demo.apiKey;
  return fetch(`${ready.url}/v1/users/u-ada/$sync`, {
    method: "PUT",
    headers: { Authorization: `Basic ${btoa(`${id}:${secret}`)}`, "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ audience: "https://api.acme.example", attributes: [], connection }),
  });
}

/** Sends a request about a session to the control port. */
async function control(method: string, path: string, session: string, body: object) {
  const headers = { "Content-Type": "application/json", "X-Contract-Session": session };
  const response = await fetch(ready.controlUrl + path, { method, headers, body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return response.json();
}

test("Prefer selects any response of the contract, without the control port", async () => {
  const response = await signIn({ Prefer: "code=404" });
  expect(response.status).toBe(404);
  expect(response.headers.get("Preference-Applied")).toBe("code=404");
  const named = await signIn({ Prefer: "example=notAuthenticated" });
  expect(await named.json()).toMatchObject({ isAuthenticated: false });
});

test("a fault fires only in its own session, where the requests can be verified", async () => {
  const [mine, other] = [randomUUID(), randomUUID()];
  const fault = { kind: "status", status: 503, retryAfterSeconds: 1 };
  await control("PUT", "/faults", mine, { rules: [{ match: { userId: "u-ada" }, times: 1, fault }] });

  expect((await signIn({ "X-Contract-Session": other })).status).toBe(200);
  const failed = await signIn({ "X-Contract-Session": mine });
  expect([failed.status, failed.headers.get("Retry-After")]).toEqual([503, "1"]);
  expect((await signIn({ "X-Contract-Session": mine })).status).toBe(200);

  const verification = { match: { userId: "u-ada", status: 200 }, count: { exactly: 1 } };
  expect(await control("POST", "/verify", mine, verification)).toMatchObject({ passed: true });
  const failing = { match: { userId: "u-ada", status: 404 }, count: { atLeast: 1 } };
  expect(await control("POST", "/verify", other, failing)).toMatchObject({
    passed: false,
    closest: [{ reasons: ["status is 200, not 404"] }],
  });
});

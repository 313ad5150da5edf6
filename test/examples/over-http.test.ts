import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";

/*
 * A suite of yours in any language: the stub runs as a process of its own (`npm start`), and all you need is HTTP. Each
 * test names a session, so that many of them, and many people, can share one stub.
 */

let stub: ChildProcess;
const found = { url: "", controlUrl: "", credentials: "" };

beforeAll(async () => {
  // Port 0 is any free one; the stub prints where it listens, and credentials made anew at each start.
  const args = ["server/main.ts", "--port", "0", "--log-level", "silent"];
  stub = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  if (!stub.stdout) throw new Error("The stub has no output.");
  for await (const line of createInterface({ input: stub.stdout })) {
    found.url = /contract server on (\S+)/.exec(line)?.[1] ?? found.url;
    found.controlUrl = /Control port and page: (\S+)/.exec(line)?.[1] ?? found.controlUrl;
    found.credentials = /^ +Basic +(\S+)/.exec(line)?.[1] ?? found.credentials;
    if (line.startsWith("curl")) break;
  }
});

afterAll(async () => {
  stub.kill("SIGTERM");
  await once(stub, "exit");
});

/** Signs u-ada in, as the code under test would. */
function signIn(headers: Record<string, string>): Promise<Response> {
  const connection = { connectionId: "con_acme-ad", groups: ["engineers"] };
  return fetch(`${found.url}/v1/users/u-ada/$sync`, {
    method: "PUT",
    headers: { Authorization: `Basic ${btoa(found.credentials)}`, "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ audience: "https://api.acme.example", attributes: [], connection }),
  });
}

/** Asks the control port, which is beside the port that is tested, about a session. */
async function control(method: string, path: string, session: string, body: object) {
  const headers = { "Content-Type": "application/json", "X-Contract-Session": session };
  const answer = await fetch(found.controlUrl + path, { method, headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return answer.json();
}

test("any answer of the contract can be asked for, without a word to the control port", async () => {
  const answer = await signIn({ Prefer: "code=404" });
  expect(answer.status).toBe(404);
  expect(answer.headers.get("Preference-Applied")).toBe("code=404");
  const named = await signIn({ Prefer: "example=notAuthenticated" });
  expect(await named.json()).toMatchObject({ isAuthenticated: false });
});

test("a fault fires in its session alone, and what was asked can be verified there", async () => {
  const [mine, other] = [randomUUID(), randomUUID()];
  const rules = [
    { match: { userId: "u-ada" }, times: 1, fault: { kind: "status", status: 503, retryAfterSeconds: 1 } },
  ];
  await control("PUT", "/faults", mine, { rules });

  expect((await signIn({ "X-Contract-Session": other })).status).toBe(200);
  const failed = await signIn({ "X-Contract-Session": mine });
  expect([failed.status, failed.headers.get("Retry-After")]).toEqual([503, "1"]);
  expect((await signIn({ "X-Contract-Session": mine })).status).toBe(200);

  const verification = { match: { userId: "u-ada", status: 200 }, count: { exactly: 1 } };
  expect(await control("POST", "/verify", mine, verification)).toMatchObject({ passed: true });
});

test("a verification that fails says what came closest", async () => {
  const session = randomUUID();
  await signIn({ "X-Contract-Session": session });
  const verification = { match: { userId: "u-ada", status: 404 }, count: { atLeast: 1 } };
  expect(await control("POST", "/verify", session, verification)).toMatchObject({
    passed: false,
    closest: [{ reasons: ["status is 200, not 404"] }],
  });
});

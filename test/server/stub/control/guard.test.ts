import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Journal, LoadCount, Users } from "../../../../generated/control/validators.js";
import { ConfigurationError } from "../../../../server/configuration-error.ts";
import { type RunningStub, startStub } from "../../../../server/stub/start-stub.ts";
import { acme, clientOf, sendRaw, signIn, startStubWithClient } from "../../../helpers/stub.ts";
import { type ControlCall, control, good, refusal } from "./control-site.ts";

const RULES = { method: "PUT", body: { rules: [] } };
const TOKEN = "planted-control-token";

test.for<[what: string, path: string, call: ControlCall, status: number, key: string]>([
  ["an unknown path", "/request", {}, 404, "unknown-path"],
  ["a slash too many", "/requests/", {}, 404, "unknown-path"],
  ["another case", "/Requests", {}, 404, "unknown-path"],
  ["no user", "/users/", {}, 404, "unknown-path"],
  ["a file of the server", "/page/page.js", {}, 404, "unknown-path"],
  ["a way out of the folder", "/..%2f..%2fpackage.json", {}, 404, "unknown-path"],
  ["no JSON", "/faults", { method: "PUT", body: "{" }, 400, "invalid-request"],
  ["no body", "/faults", { method: "PUT" }, 400, "invalid-request"],
  ["a member too many", "/faults", { method: "PUT", body: { rules: [], more: 1 } }, 400, "invalid-request"],
  [
    "an unknown fault",
    "/faults",
    { method: "PUT", body: { rules: [{ fault: { kind: "fire" } }] } },
    400,
    "invalid-request",
  ],
  ["no fault", "/faults", { method: "PUT", body: { rules: [{ times: 1 }] } }, 400, "invalid-request"],
  [
    "never",
    "/faults",
    { method: "PUT", body: { rules: [{ times: 0, fault: { kind: "reset" } }] } },
    400,
    "invalid-request",
  ],
  ["nothing to count", "/verify", { method: "POST", body: { match: {}, count: {} } }, 400, "invalid-request"],
  ["a list for a directory", "/directory", { method: "PUT", body: [] }, 400, "invalid-request"],
  ["a user's id that is no text", "/users/%FF", {}, 400, "invalid-request"],
  ["a bad session", "/faults", { headers: { "X-Contract-Session": "a b" } }, 400, "invalid-request"],
  ["text", "/faults", { ...RULES, headers: { "Content-Type": "text/plain" } }, 415, "unsupported-media-type"],
  [
    "a form",
    "/verify",
    { ...RULES, method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" } },
    415,
    "unsupported-media-type",
  ],
  ["a coding", "/faults", { ...RULES, headers: { "Content-Encoding": "gzip" } }, 415, "unsupported-media-type"],
  ["a large body", "/faults", { method: "PUT", body: " ".repeat(262_145) }, 413, "content-too-large"],
  ["a large directory", "/directory", { method: "PUT", body: " ".repeat(10_485_761) }, 413, "content-too-large"],
  [
    "a page of another origin that writes",
    "/faults",
    { ...RULES, headers: { Origin: "https://evil.example" } },
    403,
    "foreign-origin",
  ],
  ["one that resets", "/reset", { method: "POST", headers: { Origin: "null" } }, 403, "foreign-origin"],
  ["one that reads", "/requests", { headers: { Origin: "http://localhost:4010" } }, 403, "foreign-origin"],
  [
    "one that does not say its name",
    "/reset",
    { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } },
    403,
    "foreign-origin",
  ],
  [
    "one of the same site",
    "/reset",
    { method: "POST", headers: { "Sec-Fetch-Site": "same-site" } },
    403,
    "foreign-origin",
  ],
  ["a preflight", "/faults", { method: "OPTIONS", headers: { Origin: "https://evil.example" } }, 403, "foreign-origin"],
])("%s is refused", async ([, path, call, status, key]) => {
  const { server } = await startStubWithClient();
  await server.faults.replace([{ fault: { kind: "reset" } }]);
  await refusal(control(server, path, call), status, key);
  expect(server.faults.list()).toHaveLength(1);
});

test.for([
  ["/requests", "POST", "GET, HEAD, DELETE"],
  ["/faults", "PATCH", "GET, HEAD, PUT, DELETE"],
  ["/verify", "HEAD", "POST"],
  ["/reset", "GET", "POST"],
  ["/users/u-ada", "PUT", "GET, HEAD"],
  ["/", "POST", "GET, HEAD"],
  ["/faults", "OPTIONS", "GET, HEAD, PUT, DELETE"],
] as const)("%s does not offer %s", async ([path, method, allow]) => {
  const { server } = await startStubWithClient();
  const answer = await control(server, path, { method });
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, allow]);
});

test("HEAD is as GET, without the body", async () => {
  const { server } = await startStubWithClient();
  const answer = await control(server, "/users", { method: "HEAD" });
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
  expect(Number(answer.headers.get("content-length"))).toBeGreaterThan(20);
});

test("a directory of megabytes is taken", async () => {
  const { server } = await startStubWithClient();
  const users = Array.from({ length: 20_000 }, (_, index) => ({ id: `u-${index}`, nickname: "x".repeat(100) }));
  const call = { method: "PUT", body: acme({ users }) };
  expect(await good(control(server, "/directory", call), LoadCount)).toEqual({ total: 20_004 });
});

/** The status line for a request with headers that fetch does not let through. */
async function statusFor(server: RunningStub, host: string, { start = "GET /requests", more = "" } = {}) {
  const request = `${start} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`;
  return (await sendRaw({ ...server, url: server.controlUrl ?? "" }, request)).split("\r\n")[0] ?? "";
}

test("it answers to its own names alone, so that no name can be made to point at it", async () => {
  const { server } = await startStubWithClient();
  const { port } = new URL(server.controlUrl ?? "");
  for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
    expect(await statusFor(server, `${name}:${port}`)).toBe("HTTP/1.1 200 OK");
  for (const host of [
    `evil.example:${port}`,
    `localhost.evil.example:${port}`,
    "localhost",
    "localhost:1",
    `0.0.0.0:${port}`,
  ])
    expect(await statusFor(server, host), host).toBe("HTTP/1.1 421 Misdirected Request");
});

test("its own page may write, by any of its names", async () => {
  const { server } = await startStubWithClient();
  const headers = { Origin: server.controlUrl ?? "", "Sec-Fetch-Site": "same-origin" };
  expect((await control(server, "/reset", { method: "POST", headers })).status).toBe(204);
});

test("a link on another page leads here, and its forms do not", async () => {
  const { server } = await startStubWithClient();
  const { host } = new URL(server.controlUrl ?? "");
  const more = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n";
  expect(await statusFor(server, host, { more })).toBe("HTTP/1.1 200 OK");
  expect(await statusFor(server, host, { start: "POST /reset", more })).toBe("HTTP/1.1 403 Forbidden");
});

test("where there is a token, nothing is told without it", async () => {
  const { server } = await startStubWithClient({ controlToken: TOKEN });
  const wrong = ["", `Bearer ${TOKEN}x`, `Bearer x${TOKEN}`, "Bearer", `Basic ${TOKEN}`, `Bearer ${TOKEN} `.repeat(2)];
  for (const Authorization of wrong) {
    const answer = control(server, "/requests", { headers: Authorization ? { Authorization } : {} });
    const problem = await refusal(answer, 401, "unauthenticated");
    expect(problem.detail).toMatch(/^The token of the control port is (missing|wrong|malformed)\.$/);
    expect((await answer).headers.get("www-authenticate")).toBe('Bearer realm="nexus-sync control port"');
  }
  const call = { headers: { Authorization: `bearer ${TOKEN}` } };
  expect(await good(control(server, "/requests", call), Journal)).toMatchObject({ requests: [] });
  expect((await control(server, "/")).status).toBe(200);
});

test("beyond loopback it needs a token, and takes no short one", async () => {
  for (const controlHost of ["0.0.0.0", "::", "192.0.2.1", "stub.example"])
    await expect(startStub({ controlHost })).rejects.toThrow(ConfigurationError);
  for (const controlToken of ["", "too-short", "with a blank in it", "ünsichtbar-und-lang"])
    await expect(startStub({ controlToken })).rejects.toThrow(
      /must have 16 or more characters, all of them visible ASCII/,
    );
  const { server } = await startStubWithClient({ controlHost: "0.0.0.0", controlToken: TOKEN });
  expect(await statusFor(server, "stub.example:4011")).toBe("HTTP/1.1 401 Unauthorized");
});

test("a stub without a control port works", async () => {
  const server = await startStub({ directory: acme(), controlPort: "none" });
  onTestFinished(() => server.close());
  expect(server.controlUrl).toBe(undefined);
  expect(await clientOf(server).syncUserIdentity("u-ada", signIn())).toMatchObject({ isAuthenticated: true });
});

test("users that are kept in a database are not replaced", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { server } = await startStubWithClient({ database: join(folder, "nexus.sqlite") });
  await refusal(control(server, "/directory", { method: "PUT", body: acme() }), 409, "fixed-directory");
  await refusal(control(server, "/reset", { method: "POST" }), 409, "fixed-directory");
  expect((await good(control(server, "/users"), Users)).total).toBe(1);
});

test("it ends with the server", async () => {
  const server = await startStub();
  await control(server, "/requests");
  await server.close();
  await expect(control(server, "/requests")).rejects.toThrow();
});

import { expect, test } from "vitest";
import { Journal } from "../../../../generated/control/validators.js";
import { ConfigurationError } from "../../../../server/configuration-error.ts";
import { type RunningStub, startStub } from "../../../../server/stub/start-stub.ts";
import { sendRaw, signIn, startStubWithClient } from "../../../helpers/stub.ts";
import { bodyOf, type ControlCall, control, problemOf } from "./control-site.ts";

const TOKEN = "planted-control-token";
const rules = (...list: object[]): ControlCall => ({ method: "PUT", body: { rules: list } });
const RULES = rules();
const put = (body: unknown): ControlCall => ({ method: "PUT", body });
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

const UNKNOWN_PATHS = ["/request", "/requests/", "/Requests", "/users/", "/page/page.js", "/..%2f..%2fpackage.json"];
const INVALID: [path: string, call: ControlCall][] = [
  ["/faults", put("{")],
  ["/faults", { method: "PUT" }],
  ["/faults", put({ rules: [], more: 1 })],
  ["/faults", rules({ fault: { kind: "fire" } })],
  ["/faults", rules({ times: 1 })],
  ["/faults", rules({ times: 0, fault: { kind: "reset" } })],
  ["/verify", { method: "POST", body: { match: {}, count: {} } }],
  ["/directory", put([])],
  ["/users/%FF", {}],
  ["/faults", { headers: { "X-Contract-Session": "a b" } }],
];
const OTHERS: [status: number, key: string, path: string, call: ControlCall][] = [
  [415, "unsupported-media-type", "/faults", { ...RULES, headers: { "Content-Type": "text/plain" } }],
  [415, "unsupported-media-type", "/verify", { ...RULES, method: "POST", headers: FORM }],
  [415, "unsupported-media-type", "/faults", { ...RULES, headers: { "Content-Encoding": "gzip" } }],
  [413, "content-too-large", "/faults", put(" ".repeat(262_145))],
  [413, "content-too-large", "/directory", put(" ".repeat(10_485_761))],
];
const FOREIGN: [path: string, call: ControlCall][] = [
  ["/faults", { ...RULES, headers: { Origin: "https://evil.example" } }],
  ["/reset", { method: "POST", headers: { Origin: "null" } }],
  ["/requests", { headers: { Origin: "http://localhost:4010" } }],
  ["/credentials", { headers: { "Sec-Fetch-Site": "same-site" } }],
  ["/reset", { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } }],
  ["/reset", { method: "POST", headers: { "Sec-Fetch-Site": "same-site" } }],
  ["/faults", { method: "OPTIONS", headers: { Origin: "https://evil.example" } }],
];

test.each([
  ...UNKNOWN_PATHS.map((path) => [404, "unknown-path", path, {}] as const),
  ...INVALID.map(([path, call]) => [400, "invalid-request", path, call] as const),
  ...OTHERS,
  ...FOREIGN.map(([path, call]) => [403, "foreign-origin", path, call] as const),
])("the control port rejects with %i %s: %s (%#)", async (status, key, path, call) => {
  const { server } = await startStubWithClient();
  server.faults.replace([{ fault: { kind: "reset" } }]);
  await problemOf(control(server, path, call), status, key);
  expect(server.faults.list()).toHaveLength(1);
});

test.each([
  ["/requests", "POST", "GET, HEAD, DELETE"],
  ["/faults", "PATCH", "GET, HEAD, PUT, DELETE"],
  ["/verify", "HEAD", "POST"],
  ["/reset", "GET", "POST"],
  ["/users/u-ada", "PUT", "GET, HEAD"],
  ["/faults", "OPTIONS", "GET, HEAD, PUT, DELETE"],
])("%s rejects %s with 405 and lists its methods", async (path, method, allow) => {
  const { server } = await startStubWithClient();
  const response = await control(server, path, { method });
  expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
});

/** The status line of the response to a request with headers that fetch does not allow. */
async function statusFor(server: RunningStub, host: string, { start = "GET /requests", more = "" } = {}) {
  const request = `${start} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`;
  return (await sendRaw({ ...server, url: server.controlUrl ?? "" }, request)).split("\r\n")[0] ?? "";
}

test("a control port on loopback accepts only its own host names, against DNS rebinding", async () => {
  const { server } = await startStubWithClient();
  const { port } = new URL(server.controlUrl ?? "");
  for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
    expect(await statusFor(server, `${name}:${port}`)).toBe("HTTP/1.1 200 OK");
  const foreign = ["evil.example", "localhost.evil.example", "0.0.0.0"].map((name) => `${name}:${port}`);
  for (const host of [...foreign, "localhost", "localhost:1"])
    expect(await statusFor(server, host), host).toBe("HTTP/1.1 421 Misdirected Request");
});

test("the page of the control port can write, and another page can only link to it", async () => {
  const { server } = await startStubWithClient();
  const headers = { Origin: server.controlUrl ?? "", "Sec-Fetch-Site": "same-origin" };
  expect((await control(server, "/reset", { method: "POST", headers })).status).toBe(204);
  const { host } = new URL(server.controlUrl ?? "");
  const more = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n";
  expect(await statusFor(server, host, { more })).toBe("HTTP/1.1 200 OK");
  expect(await statusFor(server, host, { start: "POST /reset", more })).toBe("HTTP/1.1 403 Forbidden");
});

test("a control port with a token requires it for everything except the files of its pages", async () => {
  const { server } = await startStubWithClient({ controlToken: TOKEN });
  const wrong = ["", `Bearer ${TOKEN}x`, `Bearer x${TOKEN}`, "Bearer", `Basic ${TOKEN}`, `Bearer ${TOKEN} `.repeat(2)];
  for (const Authorization of wrong) {
    const sent = control(server, "/requests", { headers: Authorization ? { Authorization } : {} });
    const problem = await problemOf(sent, 401, "unauthenticated");
    expect(problem.detail).toMatch(/^The token of the control port is (missing|wrong|malformed)\.$/);
    expect((await sent).headers.get("www-authenticate")).toBe('Bearer realm="nexus-sync control port"');
    expect((await control(server, "/credentials", Authorization ? { headers: { Authorization } } : {})).status).toBe(
      401,
    );
  }
  const call = { headers: { Authorization: `bearer ${TOKEN}` } };
  expect(await bodyOf(control(server, "/requests", call), Journal)).toMatchObject({ requests: [] });
  expect((await control(server, "/")).status).toBe(200);
});

test("a control port that is not on loopback requires a token of at least 16 characters", async () => {
  for (const controlHost of ["0.0.0.0", "::", "192.0.2.1", "stub.example"])
    await expect(startStub({ controlHost })).rejects.toThrow(ConfigurationError);
  for (const controlToken of ["", "too-short", "with a blank in it", "ünsichtbar-und-lang"])
    await expect(startStub({ controlToken })).rejects.toThrow(/must have 16 or more characters, all of them visible/);
  const { server } = await startStubWithClient({ controlHost: "0.0.0.0", controlToken: TOKEN });
  expect(await statusFor(server, "stub.example:4011")).toBe("HTTP/1.1 401 Unauthorized");
});

test("the control port closes with the stub, and a stub can start without one", async () => {
  const server = await startStub();
  await control(server, "/requests");
  await server.close();
  await expect(control(server, "/requests")).rejects.toThrow();
  const { server: withoutControl, client } = await startStubWithClient({ controlPort: "none" });
  expect(withoutControl.controlUrl).toBe(undefined);
  expect(await client.syncUserIdentity("u-ada", signIn())).toMatchObject({ isAuthenticated: true });
});

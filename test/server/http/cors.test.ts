import { expect, test } from "vitest";
import { put, startStubWithClient } from "../../helpers/stub.ts";

const ORIGIN = "https://portal.acme.example";
const PREFLIGHT = { Origin: ORIGIN, "Access-Control-Request-Method": "PUT" };

async function preflight(url: string, headers: Record<string, string>) {
  return fetch(`${url}/v1/users/u-ada/$sync`, { method: "OPTIONS", headers });
}

test("without an origin a preflight is a method like any other", async () => {
  const { server } = await startStubWithClient();
  const answer = await preflight(server.url, PREFLIGHT);
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "PUT"]);
  expect(answer.headers.get("access-control-allow-origin")).toBe(null);
});

test("the origin's preflight is answered, and its answers may be read, refusals too", async () => {
  const { server } = await startStubWithClient({ corsOrigin: ORIGIN });
  const answer = await preflight(server.url, PREFLIGHT);
  expect(answer.status).toBe(204);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "access-control-allow-origin": ORIGIN,
    "access-control-allow-methods": "PUT",
    "access-control-allow-headers": "authorization, content-type, X-Application-Token, x-request-id",
    vary: "Origin",
  });
  for (const headers of [{}, { Authorization: "Basic nobody" }]) {
    const put1 = await put(server, { headers: { Origin: ORIGIN, ...headers } });
    expect(put1.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(put1.headers.get("access-control-expose-headers")).toBe("x-request-id, retry-after, www-authenticate");
  }
});

test("another origin and another method get nothing", async () => {
  const { server } = await startStubWithClient({ corsOrigin: ORIGIN });
  const other = await preflight(server.url, { ...PREFLIGHT, Origin: "https://portal.acme.example.evil.example" });
  expect([other.status, other.headers.get("access-control-allow-origin")]).toEqual([405, null]);
  expect((await preflight(server.url, { ...PREFLIGHT, "Access-Control-Request-Method": "DELETE" })).status).toBe(405);
});

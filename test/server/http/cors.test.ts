import { expect, test } from "vitest";
import { put, startStubWithClient } from "../../helpers/stub.ts";

const ORIGIN = "https://portal.acme.example";

/** Sends a preflight and returns its status and the allowed origin. */
async function preflight(url: string, headers: Record<string, string> = {}) {
  const all = { Origin: ORIGIN, "Access-Control-Request-Method": "PUT", ...headers };
  const response = await fetch(`${url}/v1/users/u-ada/$sync`, { method: "OPTIONS", headers: all });
  return { response, seen: [response.status, response.headers.get("access-control-allow-origin")] };
}

test("a preflight is a 405 like any other OPTIONS request if no origin is configured", async () => {
  const { server } = await startStubWithClient();
  const { response, seen } = await preflight(server.url);
  expect(seen).toEqual([405, null]);
  expect(response.headers.get("allow")).toBe("PUT");
});

test("pages of the configured origin may call the operation and read its responses, errors included", async () => {
  const { server } = await startStubWithClient({ corsOrigin: ORIGIN });
  const { response } = await preflight(server.url);
  expect(response.status).toBe(204);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "access-control-allow-origin": ORIGIN,
    "access-control-allow-methods": expect.stringMatching(/\bPUT\b/),
    "access-control-allow-headers": expect.stringMatching(
      /^authorization, content-type, x-request-id, x-application-token/,
    ),
    vary: "Origin",
  });
  for (const headers of [{}, { Authorization: "Basic wrong" }]) {
    const response = await put(server, { headers: { Origin: ORIGIN, ...headers } });
    expect(response.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(response.headers.get("access-control-expose-headers")).toMatch(
      /^x-request-id, retry-after, www-authenticate(, |$)/,
    );
  }
});

test("a preflight of another origin or for another method is a 405", async () => {
  const { server } = await startStubWithClient({ corsOrigin: ORIGIN });
  expect((await preflight(server.url, { Origin: `${ORIGIN}.evil.example` })).seen).toEqual([405, null]);
  expect((await preflight(server.url, { "Access-Control-Request-Method": "PROPFIND" })).seen).toEqual([405, ORIGIN]);
});

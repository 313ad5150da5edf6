import { expect, onTestFinished, test } from "vitest";
import type { NexusClientOptions } from "../../client/nexus-client.ts";
import { startStub } from "../../server/stub/start-stub.ts";
import { ACCESS, API_KEYS, APPLICATION_TOKEN, currentClaims, ISSUER, mint } from "../helpers/access.ts";
import { runLog } from "../helpers/run-log.ts";
import { signIn, startStubWithClient } from "../helpers/stub.ts";
import { clientFor, hang, JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";

const TEMPLATE = "/v1/users/{userId}/$sync";

async function errorFrom(url: string, options: Partial<NexusClientOptions> = {}, body: unknown = signIn()) {
  const client = clientFor(url, { retry: { limit: 0 }, ...options });
  // As from a caller in JavaScript, whose body can be anything.
  const result = await client.safeSyncUserIdentity("u-user-marker", body as ReturnType<typeof signIn>);
  if (result.ok) throw new Error("The call succeeded.");
  return result.error;
}

test("every error of a request names the URL that was called, without the user id", async () => {
  const { server } = await startStubWithClient();
  const wrongPath = await errorFrom(`${server.url}/v1/`);
  expect(wrongPath.message).toBe(`PUT ${server.url}/v1${TEMPLATE} returned 404: No operation has this path`);

  const redirect = await startFaultServer(respond(307, { Location: "/" }));
  const page = await startFaultServer(respond(200, { "Content-Type": "text/html" }, "<html>"));
  const slow = await startFaultServer(hang);
  for (const [url, kind] of [
    ["https://nexus.invalid", "network"],
    [NOWHERE, "network"],
    [redirect.url, "redirect"],
    [page.url, "decode"],
    [slow.url, "timeout"],
  ] as const) {
    const error = await errorFrom(url);
    expect([error.kind, error.message.startsWith(`PUT ${url}${TEMPLATE} `)]).toEqual([kind, true]);
  }
});

/** The URL of a server with the keys and tokens of the tests. */
async function startServerWithAccess(): Promise<string> {
  const server = await startStub({ access: ACCESS, controlPort: "none", log: runLog() });
  onTestFinished(() => server.close());
  return server.url;
}

const SECONDS = Math.floor(Date.now() / 1_000);

test.for<[string, changes: Record<string, unknown>, detail: string]>([
  ["is expired", { iat: SECONDS - 7_200, exp: SECONDS - 3_600 }, "Bearer is expired."],
  ["has another issuer", { iss: `${ISSUER}/` }, "Bearer is wrong."],
  ["is issued in the future", { iat: SECONDS + 3_600, exp: SECONDS + 7_200 }, "Bearer is wrong."],
])("the 401 for a token that %s refers to the server's log", async ([, changes, detail]) => {
  const token = mint({ ...currentClaims(), ...changes });
  const credentials = { type: "bearer", token, applicationToken: APPLICATION_TOKEN } as const;
  const { message } = await errorFrom(await startServerWithAccess(), { credentials });
  expect(message).toMatch(/ returned 401: .* \(see requestId in the server's log\)$/);
  expect(message).toContain(detail);
});

test("a 403 names the permissions, of which one is necessary", async () => {
  const credentials = { type: "basic", username: "key-reader", password: API_KEYS["key-reader"].secret } as const;
  const { message } = await errorFrom(await startServerWithAccess(), { credentials });
  expect(message).toMatch(/ returned 403: .*: Basic must hold one of these permissions: user\.write, write\.$/);
});

test("the message of an error with Retry-After has the time to wait", async () => {
  const { url } = await startFaultServer(respond(429, { ...JSON_TYPE, "Retry-After": "60" }, '{"title":"Too many"}'));
  expect((await errorFrom(url)).message).toMatch(/returned 429: Too many \(retryAfterMs: 60000\)$/);
});

test.for([404, 401, 502])("a %i of another server is reported as one without a problem document", async (status) => {
  const { url } = await startFaultServer(respond(status, { "Content-Type": "text/html" }, "<html>"));
  expect((await errorFrom(url)).message).toBe(`PUT ${url}${TEMPLATE} returned ${status} without a problem document`);
});

test.for<[secret: unknown, message: RegExp]>([
  ["", /^The password is empty or not a string\.$/],
  [undefined, /^The password is empty or not a string\.$/],
  ["s3cret-marker\n", /^The password has a character not allowed in a header, such as a line end\.$/],
])("the secret %j is refused with its own reason", async ([secret, message]) => {
  const credentials = { type: "basic", username: "key", password: () => secret as string } as const;
  expect(await errorFrom(NOWHERE, { credentials })).toMatchObject({
    kind: "auth",
    message: expect.stringMatching(message),
  });
});

test("a body that can't be written as JSON is named as such, and nothing is sent", async () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  for (const body of [circular, { audience: 1n }]) {
    const error = await errorFrom(NOWHERE, {}, body);
    expect(error).toMatchObject({ kind: "config", attempts: 0, cause: expect.any(TypeError) });
    expect(error.message).toBe("The body can't be written as JSON.");
  }
});

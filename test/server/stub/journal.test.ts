import { describe, expect, test } from "vitest";
import type { JournalEntry } from "../../../generated/control/types.ts";
import type { RunningStub } from "../../../server/stub/start-stub.ts";
import type { Call } from "../../helpers/server-fixture.ts";
import {
  API,
  basicOf,
  bearerOf,
  CONNECTION,
  JSON_TYPE,
  sendRaw,
  signIn,
  startStubWithClient,
} from "../../helpers/stub.ts";
import { call, pathOf } from "./call.ts";

/** The only entry of the journal. */
async function entryIn(server: RunningStub): Promise<JournalEntry> {
  await expect.poll(() => server.journal.list().requests).toHaveLength(1);
  const [entry] = server.journal.list().requests;
  return entry ?? expect.fail("There is no entry.");
}

describe("a journal entry", () => {
  test("has the request and the response as they were sent", async () => {
    const { server } = await startStubWithClient();
    const body = signIn({ groups: ["engineers"] });
    const path = "/v1/users/u%2Dada/%24sync";
    const headers = { "Content-Type": "application/json;charset=utf-8", "X-Request-Id": "my-request" };
    const start = Date.now();
    const response = await call(server, { path: `${path}?a=b`, headers, body });

    const entry = await entryIn(server);
    expect(entry).toEqual({
      ...{ id: "my-request", at: expect.any(String), method: "PUT", path, operationId: "SyncUserIdentity" },
      ...{ userId: "u-ada", audience: API, connectionId: CONNECTION, caller: "demo-key", status: 200 },
      durationMs: expect.any(Number),
      request: {
        headers: expect.objectContaining({ "content-type": headers["Content-Type"] }),
        body: JSON.stringify(body),
      },
      answer: { headers: expect.objectContaining({ "x-request-id": "my-request" }), body: response.text },
    });
    expect(Math.abs(Date.parse(entry.at) - start)).toBeLessThan(1_000);
    expect(entry.durationMs).toBeGreaterThan(0);
    expect(entry.durationMs).toBeLessThanOrEqual(response.ms + 5);
  });

  test("of an invalid request has each violation with its pointer", async () => {
    const { server } = await startStubWithClient();
    await call(server, { body: { audience: API, attributes: [{}], connection: { connectionId: "" } } });
    const entry = await entryIn(server);
    expect(entry).toMatchObject({ status: 400, problem: "invalid-request", audience: API, connectionId: "" });
    const pointers = entry.errors?.map((error) => "pointer" in error && error.pointer);
    expect(pointers).toEqual(expect.arrayContaining(["/attributes/0/key", "/connection/connectionId"]));
    expect(entry.errors).toEqual(JSON.parse(entry.answer.body ?? "").errors);
  });

  test("of a body of another shape has no audience and no connection id", async () => {
    const { server } = await startStubWithClient();
    const bodies = [7, null, [], { audience: 7, connection: "planted" }, { connection: null }];
    for (const body of bodies) expect((await call(server, { body: JSON.stringify(body) })).status).toBe(400);
    const entries = server.journal.list().requests.toReversed();
    expect(entries.map(({ request }) => request.body)).toEqual(bodies.map((body) => JSON.stringify(body)));
    expect(entries.flatMap(({ audience, connectionId }) => [audience, connectionId]).filter(Boolean)).toEqual([]);
  });

  test("exists as soon as the client has the response", async () => {
    const { server, client } = await startStubWithClient();
    for (let nth = 1; nth <= 100; nth += 1) {
      await client.syncUserIdentity("u-ada", signIn());
      expect(server.journal.list().requests).toHaveLength(nth);
    }
  });

  const tooManyHeaders = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`X-${n}`, "1"]));
  test.each<[status: number, problem: string, cause: string, change: Call]>([
    [431, "headers-too-large", "too many header fields", { headers: tooManyHeaders }],
    [404, "unknown-path", "an unknown path", { path: "/v2" }],
    [405, "method-not-allowed", "another method", { method: "POST" }],
    [401, "unauthenticated", "no credentials", { credentials: {} }],
    [400, "invalid-request", "a path that is not UTF-8", { path: "/v1/users/%ff/$sync" }],
    [406, "not-acceptable", "another Accept", { headers: { Accept: "text/xml" } }],
    [415, "unsupported-media-type", "another media type", { headers: { "Content-Type": "text/plain" } }],
    [413, "content-too-large", "a large body", { body: "x".repeat(262_145) }],
    [400, "invalid-request", "a body that is not JSON", { body: "{" }],
    [400, "invalid-request", "a body that violates the contract", { body: {} }],
    [400, "invalid-request", "an invalid preference", { headers: { Prefer: "code=418" } }],
    [404, "unknown-user", "an unknown user", { path: pathOf("nobody") }],
  ])("has %i %s for %s", async (status, problem, _, change) => {
    const { server } = await startStubWithClient();
    const response = await call(server, change);
    expect(response.status).toBe(status);
    const entry = await entryIn(server);
    expect(entry).toMatchObject({ status, problem, id: response.headers["x-request-id"]?.join() });
    expect(entry.answer.body).toBe(response.text);
    if (status === 400) expect(entry.errors).not.toHaveLength(0);
  });

  test("is bounded in size, and has a body of 16,384 characters in full", async () => {
    const { server } = await startStubWithClient();
    const body = JSON.stringify(signIn()).padEnd(16_384);
    await call(server, { body });
    expect((await entryIn(server)).request.body).toBe(body);

    server.journal.clear();
    const long = "x".repeat(120_000);
    const attributes = Array.from({ length: 1_000 }, () => ({}));
    await call(server, { body: { ...signIn(), audience: long, attributes, connection: { connectionId: long } } });
    const { request, answer, errors, audience, connectionId } = await entryIn(server);
    for (const text of [request.body, answer.body, audience, connectionId]) {
      expect([text?.length, text?.endsWith("…")]).toEqual([16_385, true]);
    }
    expect(errors).toHaveLength(100);
  });
});

describe("the journal", () => {
  test("has no entry for malformed HTTP, load shedding and health requests", async () => {
    const { server } = await startStubWithClient({ load: { inFlight: 0 } });
    expect(await sendRaw(server, "planted\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect((await call(server)).status).toBe(503);
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.journal.list()).toEqual({ requests: [], evicted: 0 });
  });

  test("keeps the last 1,000 requests, the latest first, and counts the evicted ones", async () => {
    const { server } = await startStubWithClient();
    for (let nth = 0; nth < 1_010; nth += 1) await fetch(`${server.url}/${nth}`);
    await expect.poll(() => server.journal.list().evicted).toBe(10);
    const paths = server.journal.list().requests.map(({ path }) => path);
    expect(paths).toEqual(Array.from({ length: 1_000 }, (_, index) => `/${1_009 - index}`));
    server.journal.clear();
    expect(server.journal.list()).toEqual({ requests: [], evicted: 0 });
  });
});

const PLANTED = "planted-s3cret";
const basic = (name: string, secret: string) => `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`;

/** Headers that contain, or may contain, a secret. */
const SECRET_HEADERS = {
  ...{ Authorization: `Bearer ${PLANTED}`, "Proxy-Authorization": basic("proxy", PLANTED), Cookie: `sid=${PLANTED}` },
  ...{ "X-Application-Token": PLANTED, "X-Api-Key": PLANTED, ApiKey: PLANTED, "X-Auth-Request": PLANTED },
  ...{ "X-Amz-Security-Token": PLANTED, "X-Hub-Signature-256": PLANTED, "X-Client-Secret": PLANTED },
  ...{ "X-Forwarded-Authorization": PLANTED, "X-Vault-Password": PLANTED, "X-Amz-Credential": PLANTED },
  Referer: `https://app.acme.example/?token=${PLANTED}`,
};

describe("redaction", () => {
  test("hides the values of secret headers, of accepted and rejected requests, and shows the other headers", async () => {
    const { server } = await startStubWithClient();
    const { token, applicationToken } = bearerOf(server);
    const { username, password } = basicOf(server);
    const good = { Authorization: `Bearer ${token}`, "X-Application-Token": String(applicationToken) };
    const calls: [status: number, call: Call][] = [
      [200, {}],
      [200, { credentials: good }],
      [401, { credentials: { ...good, "X-Application-Token": PLANTED } }],
      [401, { credentials: { Authorization: basic(username, PLANTED) } }],
      [401, { credentials: { Authorization: `Planted ${PLANTED}` } }],
      [401, { headers: { ...SECRET_HEADERS, "X-Trace": "shown" }, credentials: {} }],
      [200, { headers: { ...JSON_TYPE, ...SECRET_HEADERS }, credentials: good }],
      [200, { path: `${pathOf("u-ada")}?access_token=${PLANTED}&api_key=${String(password)}` }],
      [404, { path: `ftp://${username}:${String(password)}@127.0.0.1${pathOf("u-ada")}` }],
      [404, { path: `//${username}:${PLANTED}@127.0.0.1${pathOf("u-ada")}` }],
      [401, { headers: { Prefer: "code=401" } }],
      [401, { credentials: {}, headers: { Prefer: "code=401" } }],
    ];
    for (const [status, one] of calls) expect((await call(server, one)).status).toBe(status);

    await expect.poll(() => server.journal.list().requests).toHaveLength(calls.length);
    const { requests } = server.journal.list();
    const hidden = Object.fromEntries(Object.keys(SECRET_HEADERS).map((name) => [name.toLowerCase(), "(hidden)"]));
    // The sixth request, without credentials.
    expect(requests.at(-6)?.request.headers).toMatchObject({ ...hidden, "x-trace": "shown" });
    expect(requests.at(-6)?.answer.headers["www-authenticate"]).toContain("Bearer realm=");
    const journal = JSON.stringify(requests);
    const { apiKey, bearerToken = "" } = server.demo ?? {};
    const encoded = [basic(username, String(password)), basic(username, PLANTED), basic("proxy", PLANTED)];
    const secrets = [PLANTED, apiKey?.secret, server.demo?.applicationToken, ...encoded.map((text) => text.slice(6))];
    // Each part of the token: also its payload and its signature.
    for (const secret of [...secrets, ...bearerToken.split(".")]) {
      expect(secret).toBeTruthy();
      expect(journal).not.toContain(secret);
    }
  });
});

import { describe, expect, test } from "vitest";
import type { JournalEntry } from "../../../generated/control/types.ts";
import type { RunningStub } from "../../../server/stub/start-stub.ts";
import type { Call } from "../../helpers/server-fixture.ts";
import { API, basicHeader, CONNECTION, JSON_TYPE, sendRaw, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { call, pathOf } from "./call.ts";

/** The journal's only entry, which is made once the answer has left. */
async function entryIn(server: RunningStub): Promise<JournalEntry> {
  await expect.poll(() => server.journal.list().requests).toHaveLength(1);
  const [entry] = server.journal.list().requests;
  return entry ?? expect.fail("There is no entry.");
}

describe("an entry", () => {
  test("has the request and the answer as they were", async () => {
    const { server } = await startStubWithClient();
    const body = signIn({ groups: ["engineers"] });
    const path = "/v1/users/u%2Dada/%24sync";
    const headers = { "Content-Type": "application/json;charset=utf-8", "X-Request-Id": "my-request" };
    const start = Date.now();
    const answer = await call(server, { path: `${path}?a=b`, headers, body });

    const entry = await entryIn(server);
    expect(entry).toEqual({
      ...{ id: "my-request", at: expect.any(String), method: "PUT", path, operationId: "SyncUserIdentity" },
      ...{ userId: "u-ada", audience: API, connectionId: CONNECTION, caller: "demo-key", status: 200 },
      durationMs: expect.any(Number),
      request: {
        headers: expect.objectContaining({ "content-type": headers["Content-Type"] }),
        body: JSON.stringify(body),
      },
      answer: { headers: expect.objectContaining({ "x-request-id": "my-request" }), body: answer.text },
    });
    expect(Math.abs(Date.parse(entry.at) - start)).toBeLessThan(1_000);
    expect(entry.durationMs).toBeGreaterThan(0);
    expect(entry.durationMs).toBeLessThanOrEqual(answer.ms + 5);
  });

  test("of a request that breaks the contract has its problem and each violation by its pointer", async () => {
    const { server } = await startStubWithClient();
    await call(server, { body: { audience: API, attributes: [{}], connection: { connectionId: "" } } });
    const entry = await entryIn(server);
    expect(entry).toMatchObject({ status: 400, problem: "invalid-request", audience: API, connectionId: "" });
    expect(entry.errors).toEqual(
      expect.arrayContaining([
        { pointer: "/attributes/0/key", detail: "must be present" },
        { pointer: "/connection/connectionId", detail: expect.any(String) },
      ]),
    );
    expect(entry.errors).toEqual(JSON.parse(entry.answer.body ?? "").errors);
  });

  test.each<[string, unknown]>([
    ["a number", 7],
    ["null", null],
    ["a list", []],
    ["an object with other members", { audience: 7, connection: "planted" }],
    ["a connection that is null", { connection: null }],
  ])("of a body that is %s has no audience and no connection", async (_, body) => {
    const { server } = await startStubWithClient();
    expect((await call(server, { body: JSON.stringify(body) })).status).toBe(400);
    const entry = await entryIn(server);
    expect(entry).not.toHaveProperty("audience");
    expect(entry).not.toHaveProperty("connectionId");
    expect(entry.request.body).toBe(JSON.stringify(body));
  });

  test("is there once its caller has the answer", async () => {
    const { server, client } = await startStubWithClient();
    for (let nth = 1; nth <= 100; nth += 1) {
      await client.syncUserIdentity("u-ada", signIn());
      expect(server.journal.list().requests).toHaveLength(nth);
    }
  });

  test("of an answer by Prefer says so", async () => {
    const { server } = await startStubWithClient();
    await call(server, { headers: { Prefer: "code=404" } });
    const { status, answer } = await entryIn(server);
    expect(status).toBe(404);
    expect(answer.headers["preference-applied"]).toBe("code=404");
    expect(JSON.parse(answer.body ?? "")).toMatchObject({ status: 404 });
  });
});

describe("refused at each stage", () => {
  const cases: Record<string, [status: number, problem: string, change: Call]> = {
    "too many header fields": [
      ...([431, "headers-too-large"] as const),
      { headers: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`X-${n}`, "1"])) },
    ],
    "another path": [404, "unknown-path", { path: "/v2" }],
    "another method": [405, "method-not-allowed", { method: "POST" }],
    "no credentials": [401, "unauthenticated", { credentials: {} }],
    "a path that is no text": [400, "invalid-request", { path: "/v1/users/%ff/$sync" }],
    "another Accept": [406, "not-acceptable", { headers: { Accept: "text/xml" } }],
    "another media type": [415, "unsupported-media-type", { headers: { "Content-Type": "text/plain" } }],
    "a body that is too large": [413, "content-too-large", { body: "x".repeat(262_145) }],
    "a body that is no JSON": [400, "invalid-request", { body: "{" }],
    "a body that breaks the contract": [400, "invalid-request", { body: {} }],
    "a preference that can't be met": [400, "invalid-request", { headers: { Prefer: "code=418" } }],
    "an unknown user": [404, "unknown-user", { path: pathOf("nobody") }],
  };

  test.each(Object.entries(cases))("%s is noted", async (_, [status, problem, change]) => {
    const { server } = await startStubWithClient();
    const answer = await call(server, change);
    expect(answer.status).toBe(status);
    const entry = await entryIn(server);
    expect(entry).toMatchObject({ status, problem, id: answer.headers["x-request-id"]?.join() });
    expect(entry.answer.body).toBe(answer.text);
    if (status === 400) expect(entry.errors).not.toHaveLength(0);
  });

  test("a body that broke off is noted without a status", async () => {
    const { server } = await startStubWithClient();
    const head = { Host: "x", ...basicHeader(server), ...JSON_TYPE, "Content-Length": "100" };
    const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
    const sent = sendRaw(server, `PUT ${pathOf("u-ada")} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n{`);
    const entries = () => server.journal.list().requests;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(entries()).toHaveLength(0);
    server.closeConnections();
    await sent.catch(() => {});
    expect(await entryIn(server)).not.toHaveProperty("status");
  });

  // Before the way in there is no session, and nothing is known that would be worth a note; the log has a line of it.
  test("what ends before the way in is not noted: no HTTP, overload, health", async () => {
    const { server } = await startStubWithClient({ load: { inFlight: 0 } });
    expect(await sendRaw(server, "planted\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect((await call(server)).status).toBe(503);
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.journal.list()).toEqual({ requests: [], evicted: 0 });
  });
});

describe("the bound", () => {
  test("the last 1,000 are remembered, the latest first, and the others counted", async () => {
    const { server } = await startStubWithClient();
    for (let nth = 0; nth < 1_010; nth += 1) await fetch(`${server.url}/${nth}`);
    await expect.poll(() => server.journal.list().evicted).toBe(10);
    const paths = server.journal.list().requests.map(({ path }) => path);
    expect(paths).toEqual(Array.from({ length: 1_000 }, (_, index) => `/${1_009 - index}`));
  });

  test("is a setting, and cleared with what was counted", async () => {
    const { server } = await startStubWithClient({ journalSize: 2 });
    for (const path of ["/1", "/2", "/3"]) await fetch(server.url + path);
    await expect.poll(() => server.journal.list().evicted).toBe(1);
    expect(server.journal.list().requests.map(({ path }) => path)).toEqual(["/3", "/2"]);
    server.journal.clear();
    expect(server.journal.list()).toEqual({ requests: [], evicted: 0 });
  });

  test("nothing in an entry is long, however long the request was", async () => {
    const { server } = await startStubWithClient();
    const long = "x".repeat(120_000);
    const attributes = Array.from({ length: 5_000 }, () => ({}));
    await call(server, { body: { ...signIn(), audience: long, attributes, connection: { connectionId: long } } });
    const { request, answer, errors, audience, connectionId } = await entryIn(server);
    const texts = [request.body, answer.body, audience, connectionId];
    expect(texts.map((text) => text?.length)).toEqual(texts.map(() => 16_385));
    for (const text of texts) expect(text?.endsWith("…")).toBe(true);
    expect(errors).toHaveLength(100);
  });

  test("a body of 16 kB is whole", async () => {
    const { server } = await startStubWithClient();
    const body = JSON.stringify(signIn()).padEnd(16_384);
    await call(server, { body });
    expect((await entryIn(server)).request.body).toBe(body);
  });
});

import { describe, expect, test } from "vitest";
import type { Fault } from "../../../generated/control/types.ts";
import { ProblemDetails } from "../../../generated/validators.js";
import type { RunningStub } from "../../../server/stub/start-stub.ts";
import {
  API,
  acme,
  basicHeader,
  CONNECTION,
  clientOf,
  sendRaw,
  signIn,
  startStubWithClient,
} from "../../helpers/stub.ts";
import { call, pathOf } from "./call.ts";

const UNAVAILABLE: Fault = { kind: "status", status: 503 };

async function startFaulty(fault: Fault) {
  // A name with more bytes than characters.
  const { server } = await startStubWithClient({ directory: acme({ user: { displayName: "Zo\u00eb \u{1F600}" } }) });
  server.faults.replace([{ fault }]);
  return server;
}

/** The bytes of the response to a valid sign-in. */
function rawResponse(server: RunningStub) {
  const body = JSON.stringify(signIn());
  const headers = { Host: "x", ...basicHeader(server), "Content-Type": "application/json", Connection: "close" };
  const lines = Object.entries({ ...headers, "Content-Length": body.length }).map((entry) => entry.join(": "));
  return sendRaw(server, `PUT ${pathOf("u-ada")} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
}

function parts(response: string) {
  const [head = "", body = ""] = response.split("\r\n\r\n");
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  return { status: Number(head.split(" ")[1]), type: /content-type: (.*)/i.exec(head)?.[1], length, body };
}

describe("a fault", () => {
  test.each([
    [429, 7],
    [599, undefined],
  ])("of status %i sends a problem document with Retry-After %j", async (status, seconds) => {
    const retry = seconds === undefined ? {} : { retryAfterSeconds: seconds };
    const server = await startFaulty({ kind: "status", status, ...retry });
    const { headers, text, ...response } = await call(server);
    expect([response.status, headers["content-type"]]).toEqual([status, ["application/problem+json"]]);
    expect(headers["retry-after"]?.join()).toBe(seconds?.toString());
    const body: unknown = JSON.parse(text);
    expect(ProblemDetails(body), JSON.stringify(ProblemDetails.errors)).toBe(true);
    const instance = headers["x-request-id"]?.join();
    expect(body).toMatchObject({ type: "urn:nexus-sync:problem:injected-fault", status, instance });
  });

  test("of kind reset or drop-answer sends no byte", async () => {
    await expect(rawResponse(await startFaulty({ kind: "reset" }))).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await rawResponse(await startFaulty({ kind: "drop-answer" }))).toBe("");
  });

  test("of kind truncated-body or malformed-json sends half of the body, malformed-json with a matching Content-Length", async () => {
    const server = await startFaulty({ kind: "truncated-body" });
    const truncated = parts(await rawResponse(server));
    server.faults.replace([{ fault: { kind: "malformed-json" } }]);
    const malformed = parts(await rawResponse(server));
    server.faults.clear();
    const whole = parts(await rawResponse(server));
    expect(truncated).toEqual({ ...whole, body: malformed.body });
    expect(malformed).toEqual({ ...whole, body: malformed.body, length: malformed.body.length });
    expect(whole.body.startsWith(malformed.body)).toBe(true);
    expect(malformed.body.length / whole.length).toBeCloseTo(0.5, 1);
  });

  test("of kind wrong-media-type sends the body as text/html, also of a 404", async () => {
    const server = await startFaulty({ kind: "wrong-media-type" });
    const { status, type, body } = parts(await rawResponse(server));
    expect({ status, type }).toEqual({ status: 200, type: "text/html; charset=utf-8" });
    expect(JSON.parse(body)).toMatchObject({ userId: "u-ada" });
    const rejected = await call(server, { path: pathOf("nobody") });
    expect(rejected).toMatchObject({ status: 404, headers: { "content-type": ["text/html; charset=utf-8"] } });
  });

  test("does not fire for a request that is rejected before the handler", async () => {
    const server = await startFaulty(UNAVAILABLE);
    expect((await call(server, { credentials: {} })).status).toBe(401);
    expect((await call(server, { body: {} })).status).toBe(400);
    expect(server.faults.list()).toMatchObject([{ fired: 0 }]);
  });
});

describe("fault rules", () => {
  const match = { userId: "u-ada", audience: API, connectionId: CONNECTION };

  test("match by each member, and by all members that are given", async () => {
    const { server } = await startStubWithClient();
    const statusWith = async (rule: object) => {
      server.faults.replace([{ match: rule, fault: UNAVAILABLE }]);
      return (await call(server)).status;
    };
    for (const [name, value] of Object.entries(match)) {
      expect(await statusWith({ [name]: value })).toBe(503);
      expect(await statusWith({ ...match, [name]: `${value}-other` })).toBe(200);
    }
    expect(await statusWith(match)).toBe(503);
    server.faults.replace([{ match: { userId: "auth0|a/b" }, fault: UNAVAILABLE }]);
    expect((await call(server, { path: pathOf("auth0|a/b") })).status).toBe(503);
  });

  test("are tried in order, the next one after `times` is used up", async () => {
    const { server } = await startStubWithClient();
    const status = (one: number) => ({ fault: { kind: "status", status: one } as const });
    server.faults.replace([
      { match: { userId: "u-eve" }, ...status(410) },
      { times: 1, ...status(500) },
      { times: 2, ...status(502) },
      status(503),
    ]);
    const statuses = [];
    for (let nth = 0; nth < 5; nth += 1) statuses.push((await call(server)).status);
    expect(statuses).toEqual([500, 502, 502, 503, 503]);
    expect(server.faults.list().map(({ fired }) => fired)).toEqual([0, 1, 2, 2]);
  });

  test("with times: 2 fire exactly twice for 20 parallel requests", async () => {
    const { server } = await startStubWithClient();
    server.faults.replace([{ times: 2, fault: UNAVAILABLE }]);
    const responses = await Promise.all(Array.from({ length: 20 }, () => call(server)));
    const statuses = responses.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([...Array.from({ length: 18 }, () => 200), 503, 503]);
    expect(server.faults.list()).toMatchObject([{ fired: 2 }]);
  });

  test("are named in the journal entries of the requests they changed", async () => {
    const { server } = await startStubWithClient();
    server.faults.replace([
      { times: 1, fault: UNAVAILABLE },
      { times: 1, fault: { kind: "malformed-json" } },
      { fault: { kind: "reset" } },
    ]);
    const rules = server.faults.list().map(({ id }) => id);
    const client = clientOf(server, { retry: { limit: 0 } });
    for (const _ of rules) await client.safeSyncUserIdentity("u-ada", signIn());
    await expect.poll(() => server.journal.list().requests).toHaveLength(3);
    const entries = server.journal.list().requests.toReversed();
    expect(entries.map(({ rule }) => rule)).toEqual(rules);
    const [unavailable, malformed, reset] = entries;
    expect(unavailable).toMatchObject({ status: 503, problem: "injected-fault" });
    expect(malformed?.answer.body).toMatch(/^\{"userId":"u-ada"/);
    expect(() => JSON.parse(malformed?.answer.body ?? "")).toThrow();
    expect(reset).toMatchObject({ userId: "u-ada" });
    expect(reset).not.toHaveProperty("status");
  });
});

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
  // A name whose characters and bytes are not as many.
  const { server } = await startStubWithClient({ directory: acme({ user: { displayName: "Zo\u00eb \u{1F600}" } }) });
  server.faults.replace([{ fault }]);
  return server;
}

async function departmentOf(server: RunningStub) {
  const { attributes } = (await server.user("u-ada")) ?? {};
  return attributes?.find(({ name }) => name === "department")?.value;
}

/** The answer to a good sign-in, byte by byte. */
function rawAnswer(server: RunningStub) {
  const body = JSON.stringify(signIn({ attributes: { department: "Engines" } }));
  const headers = { Host: "x", ...basicHeader(server), "Content-Type": "application/json", Connection: "close" };
  const lines = Object.entries({ ...headers, "Content-Length": body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return sendRaw(server, `PUT ${pathOf("u-ada")} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
}

function parts(answer: string) {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  return { status: Number(head.split(" ")[1]), type: /content-type: (.*)/i.exec(head)?.[1], length, body };
}

describe("each kind of fault, byte by byte", () => {
  test("status: a problem document with that status and Retry-After; nothing is stored", async () => {
    const server = await startFaulty({ kind: "status", status: 429, retryAfterSeconds: 7 });
    const answer = await call(server);
    expect(answer).toMatchObject({ status: 429, headers: { "content-type": ["application/problem+json"] } });
    expect(answer.headers["retry-after"]).toEqual(["7"]);
    const body: unknown = JSON.parse(answer.text);
    expect(ProblemDetails(body), JSON.stringify(ProblemDetails.errors)).toBe(true);
    const instance = answer.headers["x-request-id"]?.join();
    expect(body).toMatchObject({ type: "urn:nexus-sync:problem:injected-fault", status: 429, instance });
    expect(await departmentOf(server)).toBeUndefined();
  });

  test("status: without retryAfterSeconds there is no Retry-After, and a status the contract lacks is fine", async () => {
    const server = await startFaulty({ kind: "status", status: 599 });
    const answer = await call(server);
    expect(answer.status).toBe(599);
    expect(answer.headers).not.toHaveProperty("retry-after");
  });

  test("reset: the connection is reset without a byte, and nothing is stored", async () => {
    const server = await startFaulty({ kind: "reset" });
    await expect(rawAnswer(server)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await departmentOf(server)).toBeUndefined();
  });

  test("drop-answer: the connection ends without a byte, and the sync is stored", async () => {
    const server = await startFaulty({ kind: "drop-answer" });
    expect(await rawAnswer(server)).toBe("");
    expect(await departmentOf(server)).toBe("Engines");
  });

  test("truncated-body: half of what Content-Length says, and the sync is stored", async () => {
    const server = await startFaulty({ kind: "truncated-body" });
    const { status, type, length, body } = parts(await rawAnswer(server));
    expect({ status, type }).toEqual({ status: 200, type: "application/json" });
    expect(await departmentOf(server)).toBe("Engines");
    server.faults.clear();
    const whole = parts(await rawAnswer(server)).body;
    expect(length).toBe(whole.length);
    expect(whole.startsWith(body)).toBe(true);
    expect(body.length / length).toBeCloseTo(0.5, 1);
  });

  test("malformed-json: whole by its length, no JSON, and the sync is stored", async () => {
    const server = await startFaulty({ kind: "malformed-json" });
    const { status, type, length, body } = parts(await rawAnswer(server));
    expect({ status, type, length }).toEqual({ status: 200, type: "application/json", length: body.length });
    expect(() => JSON.parse(body)).toThrow();
    expect(await departmentOf(server)).toBe("Engines");
  });

  test("wrong-media-type: the good body as text/html, and the sync is stored", async () => {
    const server = await startFaulty({ kind: "wrong-media-type" });
    const { status, type, body } = parts(await rawAnswer(server));
    expect({ status, type }).toEqual({ status: 200, type: "text/html; charset=utf-8" });
    expect(JSON.parse(body)).toMatchObject({ userId: "u-ada" });
    expect(await departmentOf(server)).toBe("Engines");
  });

  test("a refusal of the operation itself is spoilt like a good answer", async () => {
    const server = await startFaulty({ kind: "wrong-media-type" });
    const answer = await call(server, { path: pathOf("nobody") });
    expect(answer).toMatchObject({ status: 404, headers: { "content-type": ["text/html; charset=utf-8"] } });
  });

  test("what is refused on the way in fires none", async () => {
    const server = await startFaulty(UNAVAILABLE);
    expect((await call(server, { credentials: {} })).status).toBe(401);
    expect((await call(server, { body: {} })).status).toBe(400);
    expect(server.faults.list()).toMatchObject([{ fired: 0 }]);
  });
});

describe("rules", () => {
  const match = { userId: "u-ada", audience: API, connectionId: CONNECTION };
  test.each(Object.entries(match))("match by %s alone", async (name, value) => {
    const { server } = await startStubWithClient();
    server.faults.replace([{ match: { [name]: `${value}-other` }, fault: UNAVAILABLE }]);
    expect((await call(server)).status).toBe(200);
    server.faults.replace([{ match: { [name]: value }, fault: UNAVAILABLE }]);
    expect((await call(server)).status).toBe(503);
  });

  test("match by all members that are given", async () => {
    const { server } = await startStubWithClient();
    server.faults.replace([{ match: { ...match, userId: "u-eve" }, fault: UNAVAILABLE }]);
    expect((await call(server)).status).toBe(200);
    server.faults.replace([{ match, fault: UNAVAILABLE }]);
    expect((await call(server)).status).toBe(503);
  });

  test("match the user id as it is decoded", async () => {
    const { server } = await startStubWithClient();
    server.faults.replace([{ match: { userId: "auth0|a/b" }, fault: UNAVAILABLE }]);
    expect((await call(server, { path: pathOf("auth0|a/b") })).status).toBe(503);
  });

  test("are tried in their order, the next one once one is used up", async () => {
    const { server } = await startStubWithClient();
    const status = (one: number, times?: number) => ({
      ...(times !== undefined && { times }),
      fault: { kind: "status", status: one } as const,
    });
    server.faults.replace([
      { match: { userId: "u-eve" }, ...status(410) },
      status(500, 1),
      status(502, 2),
      status(503),
    ]);
    const statuses = [];
    for (let nth = 0; nth < 5; nth += 1) statuses.push((await call(server)).status);
    expect(statuses).toEqual([500, 502, 502, 503, 503]);
    expect(server.faults.list().map(({ fired }) => fired)).toEqual([0, 1, 2, 2]);
  });

  test("times: 2 fires exactly twice under 20 parallel calls", async () => {
    const { server } = await startStubWithClient();
    server.faults.replace([{ times: 2, fault: UNAVAILABLE }]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(server)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 503)).toHaveLength(2);
    expect(statuses.filter((status) => status === 200)).toHaveLength(18);
    expect(server.faults.list()).toMatchObject([{ fired: 2 }]);
  });

  test("that are replaced count anew, and those that are cleared are gone", async () => {
    const { server } = await startStubWithClient();
    const rules = [{ times: 1, fault: UNAVAILABLE }];
    server.faults.replace(rules);
    expect((await call(server)).status).toBe(503);
    expect((await call(server)).status).toBe(200);
    const [before] = server.faults.list();
    server.faults.replace(rules);
    expect(server.faults.list()).toEqual([{ id: expect.any(String), rule: rules[0], fired: 0 }]);
    expect(server.faults.list()[0]?.id).not.toBe(before?.id);
    server.faults.clear();
    expect(server.faults.list()).toEqual([]);
    expect((await call(server)).status).toBe(200);
  });

  test("are noted in the journal with what they did", async () => {
    const { server } = await startStubWithClient({ directory: acme() });
    server.faults.replace([{ times: 1, fault: UNAVAILABLE }, { fault: { kind: "reset" } }]);
    const [first, second] = server.faults.list().map(({ id }) => id);
    const client = clientOf(server, { retry: { limit: 0 } });
    await client.safeSyncUserIdentity("u-ada", signIn());
    await client.safeSyncUserIdentity("u-ada", signIn());
    await expect.poll(() => server.journal.list().requests).toHaveLength(2);
    const [reset, unavailable] = server.journal.list().requests;
    expect(unavailable).toMatchObject({ rule: first, status: 503, problem: "injected-fault" });
    expect(reset).toMatchObject({ rule: second, userId: "u-ada" });
    expect(reset).not.toHaveProperty("status");
  });
});

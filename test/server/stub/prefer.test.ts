import { describe, expect, test } from "vitest";
import contract from "../../../generated/openapi.json" with { type: "json" };
import { OPERATIONS } from "../../../generated/operations.ts";
import { ProblemDetails, SyncUserIdentityResult, ValidationProblemDetails } from "../../../generated/validators.js";
import { clientOf, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { call, pathOf, violationIn } from "./call.ts";

const { responses } = OPERATIONS.SyncUserIdentity;
const EXAMPLES = Object.entries(responses).flatMap(([status, { examples, ...declared }]) =>
  examples.map((name) => ({ status: Number(status), name, ...declared })),
);
const HEADERS: Record<string, RegExp> = {
  "X-Request-Id": /^[0-9a-f-]{36}$/,
  "WWW-Authenticate": /^Bearer realm="[^"]+", Basic realm="[^"]+", charset="UTF-8"$/,
  Allow: /^PUT$/,
  "Retry-After": /^\d+$/,
};

/** A request with these lines of the header Prefer. */
async function prefer(...lines: string[]) {
  const { server } = await startStubWithClient();
  return { server, answer: await call(server, { headers: { Prefer: lines } }) };
}

describe("every example of the contract", () => {
  test.each(EXAMPLES)(
    "$name ($status) is sent as the contract declares it",
    async ({ status, name, mediaTypes, headers }) => {
      const { answer } = await prefer(`code=${status}; example=${name}`, `example=${name}`);

      expect(answer.status).toBe(status);
      expect(answer.headers["content-type"]).toEqual([mediaTypes[0]]);
      expect(answer.headers["preference-applied"]).toEqual([`code=${status}, example=${name}`]);
      for (const header of headers) {
        expect(answer.headers[header.toLowerCase()]?.join(), header).toMatch(HEADERS[header] ?? /^$/);
      }
      const body: unknown = JSON.parse(answer.text);
      const validate = { 200: SyncUserIdentityResult, 400: ValidationProblemDetails }[status] ?? ProblemDetails;
      expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
      if (status >= 400) expect(body).toMatchObject({ status, instance: answer.headers["x-request-id"]?.join() });
    },
  );

  test("is the contract's own, word for word", async () => {
    const { answer } = await prefer("example=synced");
    expect(JSON.parse(answer.text)).toEqual(contract.components.examples.synced.value);
  });

  test("of a 200 is sent in the media type that Accept chooses", async () => {
    const { server } = await startStubWithClient();
    const answer = await call(server, { headers: { Prefer: "code=200", Accept: "text/json" } });
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": ["text/json; charset=utf-8"] } });
  });
});

describe("Prefer", () => {
  test("code=200 alone sends the first example of the status", async () => {
    const { answer } = await prefer("code=200");
    expect(answer).toMatchObject({ status: 200, headers: { "preference-applied": ["code=200"] } });
    expect(JSON.parse(answer.text)).toEqual(contract.components.examples.synced.value);
  });

  test("example=NAME alone finds the status of the example", async () => {
    const { answer } = await prefer("example=unknownUser");
    expect(answer).toMatchObject({ status: 404, headers: { "preference-applied": ["example=unknownUser"] } });
  });

  test("wait=1 delays by a second, and then the sync is done", async () => {
    const { server, answer } = await prefer("wait=1");
    expect(answer).toMatchObject({ status: 200, headers: { "preference-applied": ["wait=1"] } });
    expect(answer.ms).toBeGreaterThanOrEqual(990);
    expect(answer.ms).toBeLessThan(2_500);
    expect((await server.user("u-ada"))?.attributes).toMatchObject([{ name: "department", value: "Engines" }]);
  });

  test("wait=0 is taken, and delays by nothing", async () => {
    const { answer } = await prefer("wait=0");
    expect(answer).toMatchObject({ status: 200, headers: { "preference-applied": ["wait=0"] } });
    expect(answer.ms).toBeLessThan(900);
  });

  test("code, example and wait go together", async () => {
    const { answer } = await prefer("wait=1, code=200, example=notAuthenticated");
    expect(answer.headers["preference-applied"]).toEqual(["wait=1, code=200, example=notAuthenticated"]);
    expect(JSON.parse(answer.text)).toMatchObject({ isAuthenticated: false });
    expect(answer.ms).toBeGreaterThanOrEqual(990);
  });

  test.each<[string, string[], string]>([
    ["several headers are one list", ["wait=0", "code=404"], "wait=0, code=404"],
    ["a quoted value is the value", ['code="404"'], "code=404"],
    ["a quoted value may have escapes", ['example="unknown\\User"'], "example=unknownUser"],
    ["names are the same in any case", ["CoDe=404"], "code=404"],
    ["there may be space around =", ["code \t= 404"], "code=404"],
    ["what is not known is ignored", ["respond-async, handling=lenient, code=404, return=minimal"], "code=404"],
    ["of two with one name the first counts", ["code=404, code=503", "code=500"], "code=404"],
    ["parameters mean nothing", ['code=404; example=planted; x="a,b"; wait=9, wait=0'], "code=404, wait=0"],
    ["a comma or a name in quotes is part of the value", ['foo="a, code=503", code=404'], "code=404"],
    ["empty elements are ignored", [",, ,code=404,,"], "code=404"],
    ["an element that is no preference is ignored", ['"code=503", =x, code=, (y), code=404'], "code=404"],
    ["a quote left open in one header hides nothing of the next", ['foo="bar', "code=404"], "code=404"],
  ])("%s", async (_, lines, applied) => {
    const { answer } = await prefer(...lines);
    expect(answer).toMatchObject({ status: 404, headers: { "preference-applied": [applied] } });
  });

  test("without anything known in it, the answer is the usual one and says nothing of preferences", async () => {
    const { answer } = await prefer("respond-async", "return=minimal");
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty("preference-applied");
  });

  test.each([
    "a".repeat(14_000).concat('"'),
    `code=${" ".repeat(14_000)}(`,
    '"'.repeat(14_001),
    `x="${"\\".repeat(14_001)}`,
  ])("a header of 14 kB that is none is read at once", async (line) => {
    const { answer } = await prefer(line);
    expect(answer.status).toBe(200);
    expect(answer.ms).toBeLessThan(1_000);
  });
});

describe("a preference the contract can't meet", () => {
  const CODES = "the contract has examples for the codes 200, 400, 401, 403, 404, 405, 406, 413, 415, 429, 500, 503";
  test.each<[string, string]>([
    ["code=418", CODES],
    ["code", CODES],
    ["code=0404", CODES],
    ["code=200, example=unknownUser", "the contract has the examples synced, notAuthenticated for the code 200"],
    ["wait=31", "wait takes whole seconds from 0 to 30"],
    ["wait=0.5", "wait takes whole seconds from 0 to 30"],
    ["wait=-1", "wait takes whole seconds from 0 to 30"],
    ["wait", "wait takes whole seconds from 0 to 30"],
  ])("%s is 400, which lists what there is", async (line, detail) => {
    const { answer } = await prefer(line);
    expect(answer.status).toBe(400);
    expect(ValidationProblemDetails(JSON.parse(answer.text))).toBe(true);
    expect(violationIn(answer)).toEqual({ in: "header", name: "Prefer", detail });
    expect(answer.headers).not.toHaveProperty("preference-applied");
  });

  test("an unknown example is 400 with all names", async () => {
    const { answer } = await prefer("example=planted");
    const all = EXAMPLES.map(({ name }) => name).join(", ");
    expect(answer.status).toBe(400);
    expect(violationIn(answer)).toMatchObject({ detail: `the contract has the examples ${all}` });
    expect(answer.text).not.toContain("planted");
  });
});

describe("with Prefer", () => {
  test("security still applies", async () => {
    const { server } = await startStubWithClient();
    const answer = await call(server, { credentials: {}, headers: { Prefer: "code=200" } });
    expect(answer.status).toBe(401);
    expect(answer.headers).not.toHaveProperty("preference-applied");
  });

  test("a body that breaks the contract is still 400", async () => {
    const { server } = await startStubWithClient();
    const answer = await call(server, { body: {}, headers: { Prefer: "code=200" } });
    expect(answer.status).toBe(400);
    expect(violationIn(answer)).toMatchObject({ pointer: "/audience" });
  });

  test("a user need not exist", async () => {
    const { server } = await startStubWithClient();
    const answer = await call(server, { path: pathOf("nobody"), headers: { Prefer: "code=200" } });
    expect(answer.status).toBe(200);
  });

  test("nothing is written, and no fault fires", async () => {
    const { server } = await startStubWithClient();
    const before = JSON.stringify(await server.user("u-ada"));
    server.faults.replace([{ times: 1, fault: { kind: "status", status: 503 } }]);

    for (const line of ["code=200", "example=synced", "wait=0, code=503", "code=418"]) {
      await call(server, { headers: { Prefer: line } });
    }

    expect(JSON.stringify(await server.user("u-ada"))).toBe(before);
    expect(server.faults.list()).toMatchObject([{ fired: 0 }]);
    expect((await call(server, { headers: { Prefer: "wait=0" } })).status).toBe(503);
  });

  test("who leaves while waiting is let go, and nothing is done", async () => {
    const { server } = await startStubWithClient();
    const before = JSON.stringify(await server.user("u-ada"));
    const client = clientOf(server, { headers: { Prefer: "wait=1" }, retry: { limit: 0 } });
    const left = await client.safeSyncUserIdentity("u-ada", signIn({ groups: ["engineers"] }), { timeoutMs: 100 });
    expect(left).toMatchObject({ error: { kind: "timeout" } });

    await expect.poll(() => server.journal.list().requests).toHaveLength(1);
    const [{ durationMs, status } = {}] = server.journal.list().requests;
    expect(status).toBeUndefined();
    expect(durationMs).toBeLessThan(900);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(JSON.stringify(await server.user("u-ada"))).toBe(before);
  });
});

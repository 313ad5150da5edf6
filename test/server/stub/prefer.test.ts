import { describe, expect, test } from "vitest";
import contract from "../../../generated/openapi.json" with { type: "json" };
import { OPERATIONS } from "../../../generated/operations.ts";
import { ProblemDetails, SyncUserIdentityResult, ValidationProblemDetails } from "../../../generated/validators.js";
import { startStubWithClient } from "../../helpers/stub.ts";
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

/** Sends a request with these lines of the header Prefer. */
async function prefer(...lines: string[]) {
  const { server } = await startStubWithClient();
  return { server, response: await call(server, { headers: { Prefer: lines } }) };
}

describe("an example of the contract", () => {
  test.each(EXAMPLES)(
    "$name ($status) is sent as declared in the contract",
    async ({ status, name, mediaTypes, headers }) => {
      const { response } = await prefer(`code=${status}; example=${name}`, `example=${name}`);

      expect(response.status).toBe(status);
      expect(response.headers["content-type"]).toEqual([mediaTypes[0]]);
      expect(response.headers["preference-applied"]).toEqual([`code=${status}, example=${name}`]);
      for (const header of headers) {
        expect(response.headers[header.toLowerCase()]?.join(), header).toMatch(HEADERS[header] ?? /^$/);
      }
      const body: unknown = JSON.parse(response.text);
      const validate = { 200: SyncUserIdentityResult, 400: ValidationProblemDetails }[status] ?? ProblemDetails;
      expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
      if (status >= 400) expect(body).toMatchObject({ status, instance: response.headers["x-request-id"]?.join() });
    },
  );

  test("with status 200 is sent unchanged, in the media type that Accept selects", async () => {
    const { server } = await startStubWithClient();
    const response = await call(server, { headers: { Prefer: "code=200", Accept: "text/json" } });
    expect(response).toMatchObject({ status: 200, headers: { "content-type": ["text/json; charset=utf-8"] } });
    expect(JSON.parse(response.text)).toEqual(contract.components.examples.synced.value);
  });
});

describe("Prefer", () => {
  test.each([
    ["code=200", 200],
    ["example=unknownUser", 404],
    ["wait=1, code=200, example=notAuthenticated", 200],
  ])("%s selects an example with status %i", async (line, status) => {
    const { response } = await prefer(line);
    expect(response).toMatchObject({ status, headers: { "preference-applied": [line] } });
    expect(JSON.parse(response.text).isAuthenticated).toBe(status === 404 ? undefined : line === "code=200");
    if (line.startsWith("wait=1")) expect(response.ms).toBeGreaterThanOrEqual(990);
  });

  test("wait=0.25 delays the sync by a quarter of a second", async () => {
    const { response } = await prefer("wait=0.25");
    expect(response).toMatchObject({ status: 200, headers: { "preference-applied": ["wait=0.25"] } });
    expect(response.ms).toBeGreaterThanOrEqual(240);
  });

  test("wait=1 delays the sync by a second, and wait=0 does not delay it", async () => {
    const [delayed, immediate] = [await prefer("wait=1"), await prefer("wait=0")];
    expect(delayed.response).toMatchObject({ status: 200, headers: { "preference-applied": ["wait=1"] } });
    expect(delayed.response.ms).toBeGreaterThanOrEqual(990);
    expect(delayed.response.ms).toBeLessThan(2_500);
    expect((await delayed.server.user("u-ada"))?.attributes).toMatchObject([{ name: "department", value: "Engines" }]);
    expect(immediate.response).toMatchObject({ status: 200, headers: { "preference-applied": ["wait=0"] } });
    expect(immediate.response.ms).toBeLessThan(900);
  });

  test.each<[string, string[], string]>([
    ["several headers are one list", ["wait=0", "code=404"], "wait=0, code=404"],
    ["a value may be quoted", ['code="404"'], "code=404"],
    ["a quoted value may have escapes", ['example="unknown\\User"'], "example=unknownUser"],
    ["names are case-insensitive", ["CoDe=404"], "code=404"],
    ["whitespace around = is allowed", ["code \t= 404"], "code=404"],
    ["unknown preferences are ignored", ["respond-async, handling=lenient, code=404, return=minimal"], "code=404"],
    ["the first preference of a name is used", ["code=404, code=503", "code=500"], "code=404"],
    ["parameters are ignored", ['code=404; example=planted; x="a,b"; wait=9, wait=0'], "code=404, wait=0"],
    ["a quoted comma or name is part of a value", ['foo="a, code=503", code=404'], "code=404"],
    ["empty elements are ignored", [",, ,code=404,,"], "code=404"],
    ["malformed elements are ignored", ['"code=503", =x, code=, (y), code=404'], "code=404"],
    ["an unclosed quote ends with its header", ['foo="bar', "code=404"], "code=404"],
  ])("is parsed by RFC 7240: %s", async (_, lines, applied) => {
    const { response } = await prefer(...lines);
    expect(response).toMatchObject({ status: 404, headers: { "preference-applied": [applied] } });
  });

  test.each([
    ["unknown preferences", "respond-async, return=minimal"],
    ["an unclosed quote", "a".repeat(14_000).concat('"')],
    ["backslashes", `x="${"\\".repeat(14_001)}`],
  ])("has no effect if it contains only %s, and is parsed in linear time", async (_, line) => {
    const { response } = await prefer(line);
    expect(response.status).toBe(200);
    expect(response.headers).not.toHaveProperty("preference-applied");
    expect(response.ms).toBeLessThan(1_000);
  });

  const CODES = "the contract has examples for the codes 200, 400, 401, 403, 404, 405, 406, 413, 415, 429, 500, 503";
  const NAMES = EXAMPLES.map(({ name }) => name).join(", ");
  test.each<[string, string]>([
    ["code=418", CODES],
    ["code", CODES],
    ["code=0404", CODES],
    ["code=200, example=unknownUser", "the contract has the examples synced, notAuthenticated for the code 200"],
    ["example=planted", `the contract has the examples ${NAMES}`],
    ["wait=31", "wait takes seconds from 0 to 30, such as 2 or 0.25"],
    ["wait=0.2500", "wait takes seconds from 0 to 30, such as 2 or 0.25"],
    ["wait=-1", "wait takes seconds from 0 to 30, such as 2 or 0.25"],
    ["wait", "wait takes seconds from 0 to 30, such as 2 or 0.25"],
  ])("%s is rejected with 400 and the list of valid values", async (line, detail) => {
    const { response } = await prefer(line);
    expect(response.status).toBe(400);
    expect(ValidationProblemDetails(JSON.parse(response.text))).toBe(true);
    expect(violationIn(response)).toEqual({ in: "header", name: "Prefer", detail });
    expect(response.text).not.toContain("planted");
    expect(response.headers).not.toHaveProperty("preference-applied");
  });

  test("applies after security and validation, and the user need not exist", async () => {
    const { server } = await startStubWithClient();
    const headers = { Prefer: "code=200" };
    const unauthenticated = await call(server, { credentials: {}, headers });
    expect(unauthenticated.status).toBe(401);
    expect(unauthenticated.headers).not.toHaveProperty("preference-applied");
    const invalid = await call(server, { body: {}, headers });
    expect([invalid.status, violationIn(invalid)]).toMatchObject([400, { pointer: "/audience" }]);
    expect((await call(server, { path: pathOf("nobody"), headers })).status).toBe(200);
  });

  test("with an example stores nothing and fires no fault", async () => {
    const { server } = await startStubWithClient();
    const before = await server.user("u-ada");
    server.faults.replace([{ times: 1, fault: { kind: "status", status: 503 } }]);
    for (const line of ["code=200", "example=synced", "wait=0, code=503", "code=418"]) {
      await call(server, { headers: { Prefer: line } });
    }
    expect(await server.user("u-ada")).toEqual(before);
    expect(server.faults.list()).toMatchObject([{ fired: 0 }]);
    const entry = server.journal.list().requests.find(({ status }) => status === 503);
    expect(entry?.answer.headers["preference-applied"]).toBe("wait=0, code=503");
    expect(JSON.parse(entry?.answer.body ?? "")).toMatchObject({ status: 503 });
    expect((await call(server, { headers: { Prefer: "wait=0" } })).status).toBe(503);
  });
});

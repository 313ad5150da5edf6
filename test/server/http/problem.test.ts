import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { OPERATIONS } from "../../../generated/operations.ts";
import { ProblemDetails, SyncUserIdentityResult, ValidationProblemDetails } from "../../../generated/validators.js";
import { basic, bearer, claims, mint } from "../../helpers/access.ts";
import { check } from "../../helpers/bad-input.ts";
import { type Answer, type Call, openSite, type Site, send } from "../../helpers/site.ts";
import { JSON_TYPE } from "../../helpers/stub.ts";

const { responses } = OPERATIONS.SyncUserIdentity;
type Status = keyof typeof responses;

/** What brings each answer about: a request, or something done to the server before a good one. */
const CAUSES: Record<Status, Call | ((site: Site) => Promise<Call> | Call)> = {
  200: {},
  400: { body: {} },
  401: { credentials: {} },
  403: { credentials: bearer(mint(claims({ permissions: [] }))) },
  404: { path: "/v1/users/planted/$sync" },
  405: { method: "POST" },
  406: { headers: { ...JSON_TYPE, Accept: "text/xml" } },
  413: { body: "x".repeat(262_145) },
  415: { headers: { "Content-Type": "text/plain" } },
  429: tryTenSecrets,
  500: breakUser,
  503: lockDatabase,
};

const HEADERS: Record<string, RegExp> = {
  "X-Request-Id": /^[\x21-\x7e]{1,128}$/,
  "WWW-Authenticate": /^Bearer realm="[^"]+", Basic realm="[^"]+", charset="UTF-8"$/,
  Allow: /^PUT$/,
  "Retry-After": /^\d+$/,
};

describe("every answer of the contract", () => {
  for (const [status, cause] of Object.entries(CAUSES)) {
    test(`${status} comes with the type, headers and body that the contract declares`, async () => {
      const site = await startSite();
      const call = typeof cause === "function" ? await cause(site) : cause;

      const answer = await send(site.server, call);

      expect(answer.status, answer.text).toBe(Number(status));
      expectDeclared(answer);
    });
  }

  test("none is left out above", () => {
    expect(Object.keys(CAUSES)).toEqual(Object.keys(responses));
  });
});

describe("a failure of the server", () => {
  test("500: the log names the place and the answer does not, and the user stays as it was", async () => {
    const site = await startSite();
    const says = ({ text }: Answer) => expect(text).not.toMatch(/isActive|boolean|auth0/);

    await check(site, { name: "a broken user", status: 500, ...breakUser(site), after: says });

    expect(site.lines.slice(0, 2).map((line) => JSON.parse(line).level)).toEqual([50, 30]);
    expect(site.lines[0]).toContain("/user/isActive");
    expect(site.lines[0]).toContain(JSON.parse(site.lines[1] ?? "").requestId);
    expect(site.lines.join("")).not.toMatch(/planted|auth0/);
  });

  test("503: nothing is written while another process holds the database, and all is well afterwards", async () => {
    const site = await startSite();
    const { release } = lock(site);

    await check(site, { name: "a locked database", status: 503, after: release });

    expect(site.lines.map((line) => JSON.parse(line).level)).toEqual([50, 30, 30]);
    await check(site, { name: "the same again", status: 200 });
  });
});

describe("Accept", () => {
  const json = "application/json";
  const text = "text/json; charset=utf-8";
  test.each([
    ["*/*", json],
    ["application/json", json],
    ["application/*", json],
    ["text/json", text],
    ["TEXT/JSON", text],
    ["text/*", text],
    ["text/json, application/json", text],
    ["application/json, text/json", json],
    ["application/json;q=0.5, text/json", text],
    ["application/json;q=0.5, text/json;q=0.4", json],
    ["text/json;q=0.5, */*;q=0.4", text],
    ["application/json;q=0, */*", text],
    ["text/html, application/xhtml+xml, */*;q=0.8", json],
  ])("%s is answered with %s", async (Accept, type) => {
    const { server } = await startSite();
    const answer = await send(server, { headers: { ...JSON_TYPE, Accept } });

    expect(answer).toMatchObject({ status: 200, headers: { "content-type": [type] } });
    expect(SyncUserIdentityResult(JSON.parse(answer.text))).toBe(true);
  });

  test("without it, the answer is application/json", async () => {
    const { server } = await startSite();
    expect(await send(server)).toMatchObject({ status: 200, headers: { "content-type": [json] } });
  });

  test("a problem is application/problem+json, whatever Accept says", async () => {
    const { server } = await startSite();
    const headers = { ...JSON_TYPE, Accept: "text/json" };

    const answer = await send(server, { headers, body: {} });

    expect(answer).toMatchObject({ status: 400, headers: { "content-type": ["application/problem+json"] } });
  });
});

describe("X-Request-Id", () => {
  const visible = String.fromCharCode(...Array.from({ length: 0x7e - 0x20 }, (_, index) => 0x21 + index));
  const calls = { 200: {}, 404: { path: "/" }, 401: { credentials: {} } };

  test.each([
    ["one character", "x"],
    ["every visible ASCII character", visible],
    ["128 characters", "x".repeat(128)],
  ])("of %s is taken", async (_, id) => {
    const site = await startSite();
    for (const [status, call] of Object.entries(calls)) {
      const answer = await send(site.server, { ...call, headers: { ...JSON_TYPE, "X-Request-Id": id } });
      expect(answer).toMatchObject({ status: Number(status), headers: { "x-request-id": [id] } });
      if (answer.status !== 200) expect(JSON.parse(answer.text)).toMatchObject({ instance: id });
    }
  });

  test.each<[string, string | string[]]>([
    ["no character", ""],
    ["129 characters", "planted".padEnd(129, "x")],
    ["10 kB", "planted".padEnd(10_000, "x")],
    ["two words", "planted planted"],
    ["letters beyond ASCII", "planted\u00e9"],
    ["a tab", "planted\tplanted"],
    ["two headers", ["planted", "planted"]],
  ])("of %s is replaced", async (_, id) => {
    const site = await startSite();
    for (const [status, call] of Object.entries(calls)) {
      const answer = await send(site.server, { ...call, headers: { ...JSON_TYPE, "X-Request-Id": id } });
      expect(answer.status).toBe(Number(status));
      expect(answer.headers["x-request-id"]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    }
    await vi.waitFor(() => expect(site.lines).toHaveLength(3), { interval: 1 });
    expect(site.lines.join("")).not.toContain("planted");
  });

  test("that was made is another one for each request", async () => {
    const { server } = await startSite();
    const ids = [];
    for (let run = 0; run < 20; run += 1) ids.push((await send(server)).headers["x-request-id"]?.join());
    expect(new Set(ids).size).toBe(20);
  });
});

/** A server that ends with the test. */
async function startSite(): Promise<Site> {
  const site = await openSite();
  onTestFinished(() => site.close());
  return site;
}

function expectDeclared({ status, headers, text }: Answer): void {
  const { mediaTypes, headers: declared } = responses[String(status) as Status];
  expect(mediaTypes).toContain(headers["content-type"]?.join());
  for (const name of declared) {
    expect(headers[name.toLowerCase()]?.join(", "), name).toMatch(HEADERS[name] ?? expect.fail(`No test of ${name}`));
  }
  const body: unknown = JSON.parse(text);
  const validate = { 200: SyncUserIdentityResult, 400: ValidationProblemDetails }[status ?? 0] ?? ProblemDetails;
  expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  if (status !== 200) expect(body).toMatchObject({ status, instance: headers["x-request-id"]?.join() });
}

async function tryTenSecrets({ server }: Site): Promise<Call> {
  const credentials = { Authorization: basic("key-limited", "planted-wrong") };
  for (let attempt = 1; attempt <= 10; attempt += 1) await send(server, { credentials });
  return { credentials };
}

/** Breaks the contract behind the server's back, as an older program or a hand might. */
function breakUser({ file }: Site): Call {
  const database = new DatabaseSync(file);
  const { changes } = database
    .prepare("UPDATE users SET document = json_set(document, '$.isActive', 'planted-yes') WHERE id = 'auth0|abc'")
    .run();
  database.close();
  expect(changes).toBe(1);
  return { path: "/v1/users/auth0%7Cabc/$sync" };
}

function lockDatabase(site: Site): Call {
  onTestFinished(lock(site).release);
  return {};
}

/** Takes the write lock, as another program might, until it is released. */
function lock({ file }: Site): { release(): void } {
  const database = new DatabaseSync(file);
  database.exec("BEGIN IMMEDIATE");
  return { release: () => database.close() };
}

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ProblemDetails, SyncUserIdentityResult, ValidationProblemDetails } from "../../generated/validators.js";
import type { RunningStub } from "../../server/stub/start-stub.ts";
import { basic } from "./access.ts";
import { type Answer, type Call, dump, openSite, type Site, type SiteOptions, send } from "./site.ts";
import { JSON_TYPE } from "./stub.ts";

export interface Case extends Call {
  name: string;
  status: number;
  /** Key in the problem's type, where the status has more than one. */
  problem?: string;
  /** Where the violations of a 400 are: pointers into the body, or `path userId`. All of them, in any order. */
  places?: string[];
  /** What else holds, before anything else is sent. */
  after?: (answer: Answer, server: RunningStub) => unknown;
}

const PROBLEMS: Record<number, string> = {
  ...{ 400: "invalid-request", 401: "unauthenticated", 403: "forbidden", 404: "unknown-user" },
  ...{ 405: "method-not-allowed", 406: "not-acceptable", 413: "content-too-large", 415: "unsupported-media-type" },
  ...{
    408: "request-timeout",
    429: "too-many-requests",
    431: "headers-too-large",
    500: "internal-error",
    503: "unavailable",
  },
};

/**
 * Bounds of every case, in milliseconds. Server and caller share this process, so its processor time tells what a case
 * costs whoever else is busy; the time on the clock only finds what hangs, for a starved process was seen to wait 3 s.
 */
const MOST_CPU_MS = 200;
const MOST_MS = 4_000;

const STACK_OR_PATH = /\n *at |\bat \/|\bnode:|node_modules|\.(ts|js|mjs|db)\b/;
const LIBRARY = /express|ajv|openapi-validator|sqlite|jose|body-parser|pino/i;
const SQL = /\b(SELECT|INSERT|UPDATE|DELETE|BEGIN|PRAGMA|FROM|WHERE)\b/;

/** One server for the tests of a file, on a SQLite file of its own. */
export function badInputs(options: SiteOptions = {}) {
  const opened: { site?: Site } = {};
  beforeAll(async () => {
    opened.site = await openSite(options);
    expect(await send(opened.site.server)).toMatchObject({ status: 200 });
  });
  afterAll(() => opened.site?.close());
  const site = (): Site => opened.site ?? expect.fail("The server runs only while tests do.");
  const checkCase = (row: Case) => check(site(), row);
  return {
    site,
    check: checkCase,
    send: (call?: Call) => send(site().server, call),
    /** One test for each case, named for it and its status. */
    testEach: (cases: readonly Case[]) => {
      for (const row of cases) test(`${row.name} is ${row.status}`, () => checkCase(row));
    },
  };
}

/** Sends a case, and checks what holds for every one of them. */
export async function check(site: Site, { status, after, ...row }: Case): Promise<void> {
  const [before, seen] = [dump(site), site.lines.length];
  const idle = process.cpuUsage();
  const answer = await send(site.server, row);
  const { user, system } = process.cpuUsage(idle);
  expect(answer.status, answer.text).toBe(status);
  expect((user + system) / 1_000).toBeLessThan(MOST_CPU_MS);
  expect(answer.ms).toBeLessThan(MOST_MS);
  expect([Object.keys(Object.prototype), Reflect.get({}, "polluted")]).toEqual([[], undefined]);
  if (status === 200) expectResult(answer);
  else expect(dump(site)).toBe(before);
  await after?.(answer, site.server);

  const lines = await linesUntilNextGood(site, seen);
  expectTold({ ...row, status, problem: row.problem ?? PROBLEMS[status] ?? "none" }, answer, lines);
}

function expectTold(row: Case, answer: Answer, lines: string[]): void {
  if (row.status !== 200) expectProblem(row, answer);
  expectAccessLine(row, answer, lines);
  const told = row.status === 200 ? lines : [...lines, answer.text, JSON.stringify(answer.headers)];
  for (const text of told) {
    expect(text).not.toMatch(/planted/i);
    for (const secret of secretsOf(row)) expect(text).not.toContain(secret);
  }
}

export function expectResult({ text, headers }: Answer): void {
  expect(SyncUserIdentityResult(JSON.parse(text)), JSON.stringify(SyncUserIdentityResult.errors)).toBe(true);
  expect(headers["content-type"]?.join()).toMatch(/^(application\/json|text\/json; charset=utf-8)$/);
}

function expectProblem(row: Case, { headers, text }: Answer): void {
  expectProblemHeaders(row.status, headers);
  expectNothingInternal(text);
  expectNothingInternal(JSON.stringify(headers));
  if (row.method === "HEAD") expect(text).toBe("");
  else expectProblemBody(row, JSON.parse(text), headers["x-request-id"]?.join());
}

export function expectNothingInternal(told: string): void {
  for (const internal of [STACK_OR_PATH, LIBRARY, SQL]) expect(told).not.toMatch(internal);
}

function expectProblemHeaders(status: number, headers: Answer["headers"]): void {
  expect(headers["content-type"]).toEqual(["application/problem+json"]);
  if (status === 401) expect(headers["www-authenticate"]?.join(", ")).toMatch(/^Bearer realm="[^"]+", Basic realm="/);
  if (status === 405) expect(headers.allow).toEqual(["PUT"]);
  if (status === 429 || status === 503) expect(headers["retry-after"]?.join()).toMatch(/^\d+$/);
}

function expectProblemBody({ status, problem, places }: Case, body: unknown, instance?: string): void {
  const validate = status === 400 ? ValidationProblemDetails : ProblemDetails;
  expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  expect(body).toMatchObject({ type: `urn:nexus-sync:problem:${problem}`, status, instance });
  if (places) expect(placesOf(body)).toEqual(places.toSorted());
}

function placesOf(body: unknown): string[] {
  const { errors } = body as { errors: { pointer?: string; in?: string; name?: string }[] };
  return errors.map((error) => error.pointer ?? `${error.in} ${error.name}`).toSorted();
}

/** What was logged since the line `seen`, up to the next good request, which is answered with 200. */
async function linesUntilNextGood({ server, lines }: Site, seen: number): Promise<string[]> {
  const next = crypto.randomUUID();
  const isNext = (line: string) => line.includes(next);
  expect(await send(server, { headers: { ...JSON_TYPE, "X-Request-Id": next } })).toMatchObject({ status: 200 });
  await vi.waitFor(() => expect(lines.some(isNext)).toBe(true), { interval: 1 });
  return lines.slice(seen).filter((line) => !isNext(line));
}

/** Exactly one JSON line for the request, which knows no user id; a failure of the server has its cause in another. */
function expectAccessLine({ status, problem }: Case, { headers }: Answer, lines: string[]): void {
  const isCause = (text: string) => status >= 500 && /"(err|reason)":/.test(text);
  const [line = "", ...others] = lines.filter((text) => !isCause(text));
  expect(others).toEqual([]);
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(line).not.toMatch(/u-ada|auth0/);
  const requestId = headers["x-request-id"]?.join();
  expect(JSON.parse(line)).toMatchObject({ msg: "request", requestId, status, ...(status !== 200 && { problem }) });
}

/** The parts of the credentials that were sent, but for the schemes' names. */
function secretsOf({ credentials = { Authorization: basic() } }: Call): string[] {
  const values = Object.values(credentials).flatMap((value) => String(value).split(/[\s.,]+/));
  return values.filter((part) => part.length > 5 && !/^(bearer|basic|digest|negotiate)$/i.test(part));
}

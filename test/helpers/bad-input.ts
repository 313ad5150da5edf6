import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { OPERATIONS } from "../../generated/operations.ts";
import { ProblemDetails, SyncUserIdentityResult, ValidationProblemDetails } from "../../generated/validators.js";
import type { RunningStub } from "../../server/stub/start-stub.ts";
import { basic } from "./access.ts";
import {
  type Call,
  dump,
  type FixtureOptions,
  type ServerFixture,
  type ServerResponse,
  send,
  startServerFixture,
} from "./server-fixture.ts";
import { JSON_TYPE } from "./stub.ts";

export interface Case extends Call {
  /** Subject of the test's title. */
  name: string;
  status: number;
  /** Last part of the problem's type, where the status has several. */
  problem?: string;
  /** Places of all violations of a 400, in any order: pointers into the body, or `path userId`. */
  places?: string[];
  /** Further checks, made before the next request. */
  after?: (response: ServerResponse, server: RunningStub) => unknown;
}

const PROBLEMS: Record<number, string> = {
  ...{ 400: "invalid-request", 401: "unauthenticated", 403: "forbidden", 404: "unknown-user" },
  ...{ 405: "method-not-allowed", 406: "not-acceptable", 408: "request-timeout", 413: "content-too-large" },
  ...{ 415: "unsupported-media-type", 429: "too-many-requests", 431: "headers-too-large" },
  ...{ 500: "internal-error", 503: "unavailable" },
};

/**
 * Limits of every case, in milliseconds. Processor time does not depend on the load of the machine; the elapsed time only
 * detects requests that hang.
 */
const MAX_CPU_MS = 200;
const MAX_MS = 4_000;

const STACK_OR_PATH = /\n *at |\bat \/|\bnode:|node_modules|\.(ts|js|mjs|db)\b/;
const LIBRARY = /express|ajv|openapi-validator|sqlite|jose|body-parser|pino/i;
const SQL = /\b(SELECT|INSERT|UPDATE|DELETE|BEGIN|PRAGMA|FROM|WHERE)\b/;

/** One server for the tests of a file. */
export function badInputs(options: FixtureOptions = {}) {
  const started: { fixture?: ServerFixture } = {};
  beforeAll(async () => {
    started.fixture = await startServerFixture(options);
    expect(await send(started.fixture.server)).toMatchObject({ status: 200 });
  });
  afterAll(() => started.fixture?.close());
  const fixture = (): ServerFixture => started.fixture ?? expect.fail("The server runs only during tests.");
  const checkCase = (row: Case) => check(fixture(), row);
  return {
    fixture,
    check: checkCase,
    send: (call?: Call) => send(fixture().server, call),
    /** One test per case. */
    testEach: (cases: readonly Case[]) => {
      for (const row of cases) test(titleOf(row), () => checkCase(row));
    },
  };
}

function titleOf({ name, status }: Case): string {
  return status === 200 ? `${name} is accepted` : `${name} is rejected with ${status}`;
}

/** Sends the request of a case, and checks the response, the store, the log and the next request. */
export async function check(fixture: ServerFixture, { status, after, ...row }: Case): Promise<void> {
  const [before, logged] = [dump(fixture), fixture.lines.length];
  const idle = process.cpuUsage();
  const response = await send(fixture.server, row);
  const { user, system } = process.cpuUsage(idle);
  expect(response.status, response.text).toBe(status);
  expect((user + system) / 1_000).toBeLessThan(MAX_CPU_MS);
  expect(response.ms).toBeLessThan(MAX_MS);
  expect([Object.keys(Object.prototype), Reflect.get({}, "polluted")]).toEqual([[], undefined]);
  expectDeclared(response);
  if (status === 200) expectResult(response);
  else expect(dump(fixture)).toBe(before);
  await after?.(response, fixture.server);

  const lines = await linesUntilNextGood(fixture, logged);
  const expected = { ...row, status, problem: row.problem ?? PROBLEMS[status] ?? "none" };
  if (status !== 200) expectProblem(expected, response);
  expectAccessLine(expected, response, lines);
  const texts = status === 200 ? lines : [...lines, response.text, JSON.stringify(response.headers)];
  for (const text of texts) {
    expect(text).not.toMatch(/planted/i);
    for (const secret of secretsOf(row)) expect(text).not.toContain(secret);
  }
}

export function expectResult({ text }: ServerResponse): void {
  expect(SyncUserIdentityResult(JSON.parse(text)), JSON.stringify(SyncUserIdentityResult.errors)).toBe(true);
}

const HEADERS: Record<string, RegExp> = {
  "X-Request-Id": /^[\x21-\x7e]{1,128}$/,
  "WWW-Authenticate": /^Bearer realm="[^"]+", Basic realm="[^"]+", charset="UTF-8"$/,
  Allow: /^PUT$/,
  "Retry-After": /^\d+$/,
};

/** Checks media type and headers against the contract, which has no 408 and no 431. */
export function expectDeclared({ status = 0, headers }: ServerResponse): void {
  const responses: Record<number, { mediaTypes: readonly string[]; headers: readonly string[] }> =
    OPERATIONS.SyncUserIdentity.responses;
  const { mediaTypes, headers: names } = responses[status] ?? { mediaTypes: ["application/problem+json"], headers: [] };
  expect(mediaTypes).toContain(headers["content-type"]?.join().replace(/^(text\/.*); charset=utf-8$/, "$1"));
  for (const name of names) {
    const value = headers[name.toLowerCase()]?.join(", ");
    expect(value, name).toMatch(HEADERS[name] ?? expect.fail(`Add ${name} to HEADERS.`));
  }
}

function expectProblem(row: Case, { headers, text }: ServerResponse): void {
  expectNothingInternal(text);
  expectNothingInternal(JSON.stringify(headers));
  if (row.method === "HEAD") expect(text).toBe("");
  else expectDocument(row, JSON.parse(text), headers["x-request-id"]?.join());
}

function expectDocument({ status, problem, places }: Case, body: unknown, instance?: string): void {
  expectProblemDocument(status, body);
  expect(body).toMatchObject({ type: `urn:nexus-sync:problem:${problem}`, status, instance });
  if (places) expect(placesOf(body)).toEqual(places.toSorted());
}

/** Checks a problem document against the contract. */
export function expectProblemDocument(status: number | undefined, body: unknown): void {
  const validate = status === 400 ? ValidationProblemDetails : ProblemDetails;
  expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
}

export function expectNothingInternal(text: string): void {
  for (const internal of [STACK_OR_PATH, LIBRARY, SQL]) expect(text).not.toMatch(internal);
}

function placesOf(body: unknown): string[] {
  const { errors } = body as { errors: { pointer?: string; in?: string; name?: string }[] };
  return errors.map((error) => error.pointer ?? `${error.in} ${error.name}`).toSorted();
}

/** Sends a good request, which must succeed, and returns the log lines from index `from` up to its own. */
async function linesUntilNextGood({ server, lines }: ServerFixture, from: number): Promise<string[]> {
  const next = crypto.randomUUID();
  const isNext = (line: string) => line.includes(next);
  expect(await send(server, { headers: { ...JSON_TYPE, "X-Request-Id": next } })).toMatchObject({ status: 200 });
  await vi.waitFor(() => expect(lines.some(isNext)).toBe(true), { timeout: 10_000, interval: 1 });
  return lines.slice(from).filter((line) => !isNext(line));
}

/** Exactly one JSON line per request, without a user id; a 5xx has a second line with its cause. */
function expectAccessLine({ status, problem }: Case, { headers }: ServerResponse, lines: string[]): void {
  const isCause = (text: string) => status >= 500 && /"(err|reason)":/.test(text);
  const [line = "", ...others] = lines.filter((text) => !isCause(text));
  expect(others).toEqual([]);
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(line).not.toMatch(/u-ada|auth0/);
  const requestId = headers["x-request-id"]?.join();
  expect(JSON.parse(line)).toMatchObject({ msg: "request", requestId, status, ...(status !== 200 && { problem }) });
}

/** The parts of the sent credentials, without the names of schemes. */
function secretsOf({ credentials = { Authorization: basic() } }: Call): string[] {
  const values = Object.values(credentials).flatMap((value) => String(value).split(/[\s.,]+/));
  return values.filter((part) => part.length > 5 && !/^(bearer|basic|digest|negotiate)$/i.test(part));
}

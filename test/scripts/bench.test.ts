import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test, vi } from "vitest";
import { contestants } from "../../scripts/bench/contestants.ts";
import { withPaths } from "../../scripts/bench/contract-growth.ts";
import { type RoundFigures, wrongIn } from "../../scripts/bench/load.ts";
import { readOptions } from "../../scripts/bench/options.ts";
import { type Service, serviceFlags, startService } from "../../scripts/bench/our-server.ts";
import { makePlace, USERS } from "../../scripts/bench/place.ts";
import type { Result } from "../../scripts/bench/race.ts";
import { spread } from "../../scripts/bench/report.ts";
import { requestsOf } from "../../scripts/bench/requests.ts";
import { summaryOf } from "../../scripts/bench/rounds.ts";
import { spreadOf } from "../../scripts/bench/spread.ts";
import { ratioOf, verdictLine, verdicts } from "../../scripts/bench/targets.ts";
import { run } from "../../scripts/bench.ts";
import { readSettings } from "../../server/settings.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-bench-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("the benched server is the one users get: the service with the files it needs, and nothing switched", async () => {
  const place = await makePlace(temporaryFolder());
  const settingsOf = (service: Partial<Service>) =>
    readSettings(serviceFlags({ place, database: "nexus.sqlite", ...service }, 4_010), {});
  const usual = readSettings(["--mode", "service"], {});
  const { credentials, directory, keys: jwksFile } = place;
  const files = { credentials, directory, jwksFile, issuer: expect.any(String), audience: expect.any(String) };

  const settings = settingsOf({});
  expect(settings).toEqual({ ...usual, ...files, database: "nexus.sqlite" });
  expect(settings).toMatchObject({ mode: "service", logLevel: "info", maxInFlight: 256 });
  expect(settings).toBeDefined();
  expect(settingsOf({ database: ":memory:" })).toEqual({ ...usual, ...files, mode: "stub", database: ":memory:" });
  // Its URL, which has a password, goes into the environment.
  expect(serviceFlags({ place, database: "postgres://u:p@h/d" }, 4_010).join(" ")).not.toMatch(/postgres|--database/);
});

test("the benched server logs each request and counts it, whatever the bench's own environment says", async () => {
  vi.stubEnv("NEXUS_SYNC_LOG_LEVEL", "silent");
  onTestFinished(() => void vi.unstubAllEnvs());
  const place = await makePlace(temporaryFolder());
  const { child, url, end } = await startService({ place, database: join(place.folder, "a.sqlite"), output: "pipe" });
  const lines: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const [request] = requestsOf({ headers: place.bearer, kind: "changing", users: 1 }, 0, 1);
  const { path = "", body } = request ?? {};
  const headers = { ...place.bearer, "Content-Type": "application/json" };
  expect((await fetch(url + path, { method: "PUT", headers, body: String(body) })).status).toBe(200);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain(
    'nexus_sync_requests_total{status="200",problem=""} 2',
  );
  await end();
  const logged = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  expect(logged.filter(({ msg }) => msg === "request").map(({ level, caller }) => [level, caller])).toEqual([
    [30, "key-bench"],
    [30, "bench"],
    [30, undefined],
  ]);
});

test("two contestants are started, loaded, reported and written down", async () => {
  const out = join(temporaryFolder(), "results");
  const lines: string[] = [];
  const args = ["--seconds", "0.2", "--rounds", "2", "--only", "node,express", "--out", out];
  const code = await run(args, { print: (line) => lines.push(line), progress: () => {} });
  expect(code, lines.join("\n")).toBe(0);
  expect(lines.filter((line) => line.startsWith("| bare "))).toHaveLength(2);
  expect(lines.at(-1)).toMatch(/^- .*not measured$/);
  const { race, targets } = JSON.parse(readFileSync(`${out}.json`, "utf8"));
  expect(race.map(({ name, wrong }: Result) => [name, wrong])).toEqual([
    ["node", []],
    ["express", []],
  ]);
  expect(race[0].requestsPerSecond.min).toBeGreaterThan(0);
  expect(targets).toHaveLength(9);
  expect(readFileSync(`${out}.svg`, "utf8")).toMatch(/^<svg[\s\S]*bare Express 5, canned[\s\S]*<\/svg>\n$/);
});

test("a call that can't be carried out is told why", async () => {
  const lines: string[] = [];
  const said = async (...args: string[]) => {
    expect(await run(args, { print: (line) => lines.push(line), progress: () => {} })).toBe(2);
    return lines.at(-1);
  };
  expect(await said("--only", "prsm")).toMatch(/^There is no 'prsm' in the bench. Did you mean 'prism'\?/);
  expect(await said("--rounds", "1.5")).toBe("--rounds takes a whole number, not '1.5'.");
  expect(await said("--seconds", "0")).toBe("--seconds takes a number above 0, not '0'.");
  expect(await said("--sekonds", "1")).toMatch(/^Unknown option '--sekonds'/);
});

test("what is measured is chosen by name, and the long part only on request", () => {
  const chosen = (...args: string[]) => {
    const options = readOptions(args);
    if (typeof options === "string") throw new Error(options);
    return ["a", "prism", "users", "memory"].filter(options.has);
  };
  expect(chosen()).toEqual(["a", "prism", "users"]);
  expect(chosen("--long", "--skip", "users")).toEqual(["a", "prism", "memory"]);
  expect(chosen("--only", "a,memory")).toEqual(["a", "memory"]);
});

test("each request of a changing load stores another value than the last one of its user, over rounds too", () => {
  const sent = (round: number) =>
    [0, 5, 15].flatMap((connection) => {
      const ring = requestsOf({ headers: {}, kind: "changing", users: USERS }, connection, round);
      return [...ring, ...ring].map(({ path, body }) => ({ path, body }));
    });
  const last = new Map<string | undefined, unknown>();
  for (const { path, body } of [...sent(0), ...sent(1)]) {
    expect(body).not.toBe(last.get(path));
    last.set(path, body);
  }
  const users = (connection: number, count: number) =>
    requestsOf({ headers: {}, kind: "same", users: count }, connection, 0).map(({ path }) => path);
  const all = Array.from({ length: 16 }, (_, connection) => users(connection, USERS)).flat();
  expect(new Set(all).size).toBe(USERS);
  const many = users(3, 1_000_000).map((path) => Number(/u-(\d+)/.exec(path ?? "")?.[1]));
  expect(new Set(many).size).toBe(2_000);
  expect(many.every((index) => index % 16 === 3 && index < 1_000_000)).toBe(true);
  expect(Math.max(...many)).toBeGreaterThan(990_000);
});

test("an answer with another status than the expected one makes the figures count for nothing", () => {
  const statuses = (...pairs: [number, number][]) => new Map(pairs);
  expect(wrongIn({ statuses: statuses([401, 9]), expected: 401, errors: 0 })).toEqual([]);
  expect(wrongIn({ statuses: statuses([200, 9], [503, 2]), expected: 200, errors: 1 })).toEqual([
    "2 × 503",
    "1 × no answer",
  ]);
  expect(wrongIn({ statuses: statuses(), expected: 200, errors: 0 })).toEqual(["nothing was answered"]);
  expect(ratioOf([result("a", 10, ["2 × 503"]), result("prism", 5)], "a", "prism")).toBeNaN();
});

test("figures are the median of the rounds, with the least and the most", () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spreadOf([4, 1]).median).toBe(2.5);
  expect(spread(spreadOf([3, 1, 2]), 1)).toBe("2.0 (1.0–3.0)");
  const { requestsPerSecond, cpuMicros, rssMb } = summaryOf([round(10, undefined), round(30, 5), round(20, 5)]);
  expect(requestsPerSecond).toEqual({ median: 20, min: 10, max: 30 });
  // Without /proc there is none.
  expect([cpuMicros, spread(cpuMicros, 0), rssMb?.median]).toEqual([null, "—", 50]);
});

test("a target is reached, missed or not measured", () => {
  const race = [result("a", 260), result("c", 210), result("prism", 100), result("express", 500)];
  const start = { ours: spreadOf([200]), prism: spreadOf([500]) };
  const lines = verdicts({ race, start, users: null, memoryTimes: 1.2 }).map(verdictLine);
  expect(lines.slice(0, 7)).toEqual([
    "ok     (a) against Prism's canned mock: 2.60 × (2.5 × or more, reach for 3)",
    "MISSED (c) durable and changing, against Prism's canned mock: 2.10 × (2.2 × or more, reach for 2.5)",
    "ok     (a) against a bare Express 5 handler: 0.52 × (0.5 × or more, reach for 0.6)",
    "-      (a) against express-openapi-validator with a canned answer: not measured",
    "-      (e) against (a): not measured",
    "ok     cold start to the first 200, against Prism: 0.40 × (0.5 × or less)",
    "MISSED RSS after 1,000,000 requests against after 10,000: 1.20 × (1.1 × or less)",
  ]);
  const doubtful = verdicts({ race: [result("a", 9, ["1 × 503"]), result("prism", 1)], ...NOTHING_ELSE });
  expect(doubtful.map(verdictLine)[0]).toMatch(/^MISSED .*: no figure that counts/);
});

test("the target of a million users is judged by nothing smaller", () => {
  const growth = (users: number) => ({ kind: "same" as const, times: 1.5, sizes: [{ users, figures: summaryOf([]) }] });
  const judged = (users: number) => verdicts({ race: [], ...NOTHING_ELSE, users: [growth(users)] });
  expect(judged(1_000_000).map(({ isReached }) => isReached)).toContain(false);
  expect(judged(20_000).every(({ isReached }) => isReached === null)).toBe(true);
});

test("paths are added to the contract whole", () => {
  const contract = readFileSync(new URL("../../openapi.yaml", import.meta.url), "utf8");
  const grown = withPaths(contract, 20);
  expect(grown.match(/^ {2}\/v1\//gm)).toHaveLength(21);
  expect(new Set(grown.match(/operationId: \w+/g)).size).toBe(21);
  expect(grown.match(/^components:$/gm)).toHaveLength(1);
});

test("every contestant is asked in its own way, and all over the same users", async () => {
  const place = await makePlace(temporaryFolder());
  const all = contestants(place);
  expect(all.filter(({ status }) => status !== 200).map(({ name, status }) => [name, status])).toEqual([
    ["e", 401],
    ["f", 400],
  ]);
  expect(all.filter(({ plan }) => plan.kind === "changing").map(({ name }) => name)).toEqual([
    "b",
    "c",
    "c-bearer",
    "d",
  ]);
  expect(all.every(({ plan }) => plan.users === USERS)).toBe(true);
  expect(all.filter(({ plan }) => !plan.headers.Authorization).map(({ name }) => name)).toEqual(["e"]);
});

const NOTHING_ELSE = { start: null, users: null, memoryTimes: null };

function round(requestsPerSecond: number, cpuMicros?: number): RoundFigures {
  const others = { p50Ms: 1, p99Ms: 2, rssMb: 50, generatorShare: 0.5, wrong: [], wrongCount: 0 };
  return { requestsPerSecond, cpuMicros, ...others };
}

function result(name: string, rate: number, wrong: string[] = []): Result {
  return { name, title: name, isOurs: true, answerBytes: 1, ...summaryOf([round(rate, 1)]), wrong };
}

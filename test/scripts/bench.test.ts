import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contestants } from "../../scripts/bench/contestants.ts";
import { withPaths } from "../../scripts/bench/growth.ts";
import { load } from "../../scripts/bench/load.ts";
import { cellText, type Row, table, withRatios } from "../../scripts/bench/report.ts";
import { makeSite, type Service, serviceFlags, startService } from "../../scripts/bench/service.ts";
import { cellsOf, sideBySide } from "../../scripts/bench/side-by-side.ts";
import { requestBytes, USERS } from "../../scripts/bench/sign-ins.ts";
import { run } from "../../scripts/bench.ts";
import { quantile, spreadOf } from "../../scripts/shared/statistics.ts";
import { readSettings } from "../../server/settings.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

async function bench(...args: string[]) {
  const lines: string[] = [];
  const code = await run(args, { print: (line) => lines.push(line), progress: () => {} });
  return { code, lines, output: lines.join("\n") };
}

test("the service of the bench has the default settings, except the files it needs", async () => {
  const site = await makeSite(temporaryFolder());
  const settingsOf = (service: Partial<Service>) =>
    readSettings(serviceFlags({ site, database: "nexus.sqlite", ...service }, 4_010), {});
  const required = ["--credentials", site.credentials, "--database", "nexus.sqlite"];
  const defaults = readSettings(["--mode", "service", ...required], {});
  const { credentials, directory, keys: jwksFile } = site;
  const files = { credentials, directory, jwksFile, issuer: expect.any(String), audience: expect.any(String) };

  const settings = settingsOf({});
  expect(settings).toEqual({ ...defaults, ...files, database: "nexus.sqlite" });
  expect(settings).toMatchObject({ mode: "service", logLevel: "info", maxInFlight: 256 });
  expect(settingsOf({ database: ":memory:" })).toEqual({ ...defaults, ...files, mode: "stub", database: ":memory:" });
  // A PostgreSQL URL holds a password, so it is no flag.
  expect(serviceFlags({ site, database: "postgres://u:p@h/d" }, 4_010).join(" ")).not.toMatch(/postgres|--database/);
});

test("two contestants and the tables are measured, printed and written to a file", async () => {
  const out = join(temporaryFolder(), "results.json");
  const { code, output } = await bench("--seconds", "1", "--rounds", "1", "--only", "node,a", "--out", out);
  expect(code, output).toBe(0);
  expect(output).toMatch(/^\| race .*requests\/s .*× node:http/m);
  expect(output).toMatch(/^\| ours: \(a\) no change/m);
  const { results } = JSON.parse(readFileSync(out, "utf8"));
  expect(results.race.map(({ title }: Row) => title)).toEqual(["node:http", "ours: (a) no change"]);
  expect(results.race[0].cells["requests/s"].min).toBeGreaterThan(0);
  expect(results.race[1].cells["start s"].median).toBeGreaterThan(0);
});

test("wrong options are rejected with exit code 2", async () => {
  expect(await bench("--only", "prsm")).toMatchObject({
    code: 2,
    output: expect.stringMatching(/^There is no 'prsm' in the bench. Did you mean 'prism'\?/),
  });
  expect(await bench("--rounds", "1.5")).toMatchObject({
    code: 2,
    output: "--rounds must be a whole number above 0, not '1.5'.",
  });
  expect(await bench("--sekonds", "1")).toMatchObject({ code: 2, output: expect.stringMatching(/'--sekonds'/) });
});

test("each request of a changing load stores another value, for users from every part of the directory", () => {
  const plan = { headers: {}, kind: "changing", users: USERS } as const;
  const sent = Array.from({ length: USERS }, (_, number) => requestBytes("http://localhost", plan, number).toString());
  const valuesOf = (pattern: RegExp) => new Set(sent.map((request) => pattern.exec(request)?.[0]));
  expect([valuesOf(/u-\d+/).size, valuesOf(/Department [^"]+/).size]).toEqual([USERS, USERS]);
  const many = { ...plan, users: 1_000_000 };
  const users = Array.from({ length: 2_000 }, (_, number) => {
    const [, index] = /u-(\d+)/.exec(requestBytes("http://localhost", many, number).toString()) ?? [];
    return Number(index);
  });
  expect(new Set(users.map((index) => Math.floor(index / 10_000))).size).toBe(100);
});

test("a load with an unexpected response fails", async () => {
  const site = await makeSite(temporaryFolder());
  const target = await startService({ site, database: join(site.folder, "e.sqlite") });
  const plan = { headers: {}, kind: "same", users: USERS } as const;
  await expect(load(target, { plan, status: 200, requests: 32 })).rejects.toThrow("returned 401 instead of 200");
  await target.end();
});

test("a contender that fails once is not measured again, and the others are", async () => {
  const measured: string[] = [];
  const attempt = async <T>(_title: string, work: () => Promise<T>) => work().catch(() => undefined);
  const site = await makeSite(temporaryFolder());
  const contender = (title: string) => ({
    title,
    async measure() {
      measured.push(title);
      if (title === "failing" && measured.length > 2) throw new Error("Failed.");
      return { ms: measured.length };
    },
  });
  const bench = { site, rounds: 3, seconds: 1, progress() {}, attempt };
  expect(await sideBySide([contender("failing"), contender("good")], bench)).toEqual([
    { title: "failing", cells: {} },
    { title: "good", cells: { ms: { median: 5, min: 4, max: 6 } } },
  ]);
  expect(measured.filter((title) => title === "failing")).toHaveLength(2);
});

test("figures are the median of the rounds with the smallest and the largest", () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spreadOf([4, 1]).median).toBe(2.5);
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(3);
  expect(cellText(spreadOf([300, 10, 2]))).toBe("10.0 (2.00–300)");
  // Without /proc there is no processor time.
  const round = (rate: number) => ({ rate, cpu: undefined });
  expect(cellsOf([round(1), round(3)])).toEqual({ rate: { median: 2, min: 1, max: 3 }, cpu: null });
});

test("a table has a column for each peer, with the ratio to it", () => {
  const row = (title: string, rate: number): Row => ({ title, cells: { "requests/s": spreadOf([rate]) } });
  const rows = withRatios([row("validator", 50), row("ours", 100)], ["validator", "Prism"]);
  expect(table("race", rows)).toEqual([
    "| race      | requests/s | × validator | × Prism |",
    "| --------- | ---------: | ----------: | ------: |",
    "| validator |       50.0 |        1.00 |       — |",
    "| ours      |        100 |        2.00 |       — |",
  ]);
});

test("paths are added to the contract whole", () => {
  const contract = readFileSync(new URL("../../openapi.yaml", import.meta.url), "utf8");
  const grown = withPaths(contract, 20);
  expect(grown.match(/^ {2}\/v1\//gm)).toHaveLength(21);
  expect(new Set(grown.match(/operationId: \w+/g)).size).toBe(21);
  expect(grown.match(/^components:$/gm)).toHaveLength(1);
});

test("contestants differ in their expected status and kind of load, and share the users", async () => {
  const all = contestants(await makeSite(temporaryFolder()));
  const idsOf = (holds: (one: (typeof all)[number]) => boolean) => all.filter(holds).map(({ id }) => id);
  expect(idsOf(({ status }) => status === 401)).toEqual(["e"]);
  expect(idsOf(({ status }) => status === 400)).toEqual(["f"]);
  expect(idsOf(({ plan }) => plan.kind === "changing")).toEqual(["b", "c", "c-bearer", "d"]);
  expect(idsOf(({ plan }) => plan.headers.Authorization === undefined)).toEqual(["e"]);
  expect(all.every(({ plan }) => plan.users === USERS)).toBe(true);
});

import { join } from "node:path";
import { expect, test } from "vitest";
import { load } from "../../scripts/bench/load.ts";
import { type Row, table, withRatios } from "../../scripts/bench/report.ts";
import { makeSite, serviceSettings, startService } from "../../scripts/bench/service.ts";
import { sideBySide } from "../../scripts/bench/side-by-side.ts";
import { requestBytes, USERS } from "../../scripts/bench/sign-ins.ts";
import { run } from "../../scripts/bench.ts";
import { spreadOf } from "../../scripts/shared/statistics.ts";
import { readSettings } from "../../server/settings/settings.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

async function bench(...args: string[]) {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const code = await run(args, print, print);
  return { code, output: lines.join("\n") };
}

test("the service of the bench has the default settings, except the files it needs", async () => {
  const site = await makeSite(temporaryFolder());
  const settingsOf = (database: string) => {
    const { flags, environment } = serviceSettings({ site, database });
    // A PostgreSQL URL holds a password, so it is no flag.
    expect(flags).not.toContain(database);
    return readSettings(flags, environment);
  };
  const required = ["--credentials", site.credentials, "--database", "nexus.sqlite"];
  const defaults = readSettings(["--mode", "service", ...required], {});
  const { credentials, directory, keys: file } = site;
  const bearer = { jwks: { file }, issuer: expect.any(String), audience: expect.any(String) };
  const files = { credentials, directory, bearer, fromVariables: ["database"] };

  const settings = settingsOf("nexus.sqlite");
  expect(settings).toEqual({ ...defaults, ...files, database: "nexus.sqlite" });
  expect(settings).toMatchObject({ mode: "service", logLevel: "info", maxInFlight: 256 });
  expect(settingsOf(":memory:")).toEqual({
    ...{ ...defaults, ...files, mode: "stub", database: ":memory:" },
    isControlPortPreferred: false,
  });
});

test.for([
  [["--only", "prsm"], /^There is no 'prsm' in the bench. Did you mean 'prism'\?/],
  [["--rounds", "1.5"], /^--rounds must be a whole number above 0, not '1.5'\.$/],
  [["--sekonds", "1"], /^Unknown option '--sekonds'. Did you mean '--seconds'\?/],
] as const)("%j is rejected with exit code 2", async ([args, output]) => {
  expect(await bench(...args)).toEqual({ code: 2, output: expect.stringMatching(output) });
});

test("each request of a changing load stores another value", () => {
  const plan = { headers: {}, kind: "changing", users: USERS } as const;
  const sent = Array.from({ length: USERS }, (_, number) => requestBytes("http://localhost", plan, number).toString());
  const valuesOf = (pattern: RegExp) => new Set(sent.map((request) => pattern.exec(request)?.[0]));
  expect([valuesOf(/u-\d+/).size, valuesOf(/Department [^"]+/).size]).toEqual([USERS, USERS]);
});

test("a load with an unexpected response fails", async () => {
  const site = await makeSite(temporaryFolder());
  const target = await startService({ site, database: join(site.folder, "e.sqlite") });
  const plan = { headers: {}, kind: "same", users: USERS } as const;
  await expect(load(target, { plan, status: 200, requests: 32 })).rejects.toThrow("returned 401 instead of 200");
  await target.end();
});

test("the rounds count when the last three warm-ups agree within 5 %", async () => {
  const attempt = async <T>(_title: string, work: () => Promise<T>) => work();
  const bench = { site: await makeSite(temporaryFolder()), rounds: 2, seconds: 1, attempt };
  const rates = [100, 200, 300, 299, 310, 301, 302, 303];
  const [row] = await sideBySide({ ours: async () => ({ rate: rates.shift() }) }, bench);
  expect(row?.cells).toEqual({ rate: { median: 301.5, min: 301, max: 302 } });
});

test("figures are the median of the rounds with the smallest and the largest, and none after a failure", async () => {
  const attempt = async <T>(_title: string, work: () => Promise<T>) => work().catch(() => undefined);
  const bench = { site: await makeSite(temporaryFolder()), rounds: 3, seconds: 1, attempt };
  const calls = { failing: 0, good: 0 };
  const failing = async () => {
    calls.failing += 1;
    if (calls.failing === 2) throw new Error("Failed.");
    return { ms: 1 };
  };
  // Without /proc there is no processor time.
  const good = async () => ({ ms: [500, 500, 500, 300, 10, 2][calls.good++], cpu: undefined });
  const rows = await sideBySide({ failing, good }, bench);
  expect(rows).toEqual([
    { title: "failing", cells: {} },
    { title: "good", cells: { ms: { median: 10, min: 2, max: 300 }, cpu: null } },
  ]);
  expect(calls.failing).toBe(2);
  expect(table("part", rows)).toContain("| good    | 10.0 (2.00–300) | —    |");
});

test("a table has a column for each peer, with the ratio to it", () => {
  const row = (title: string, rate: number): Row => ({ title, cells: { "requests/s": spreadOf([rate]) } });
  const rows = withRatios([row("validator", 50), row("ours", 100)], ["validator", "Prism"]);
  expect(table("race", rows)).toEqual([
    "| race      | requests/s | × validator | × Prism |",
    "| ---       | ---:       | ---:        | ---:    |",
    "| validator | 50.0       | 1.00        | —       |",
    "| ours      | 100        | 2.00        | —       |",
  ]);
});

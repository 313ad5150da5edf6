import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { olderNode, ROOT } from "../client/packed-client.ts";
import { startStubWithClient } from "../helpers/stub.ts";
import { HOST, startCompanyNetwork } from "./company-network.ts";
import { type Environments, EXPECTED, explainSkip, installEnvironments, SLOW, scenarioFor } from "./environment.ts";

let environments: Environments;
beforeAll(async () => {
  environments = await installEnvironments();
}, 420_000);
afterAll(() => environments?.remove(), 120_000);

/** What a program sees that calls a contract server: the roles of a user, and the error of an unknown one. */
async function seenBy(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const { server } = await startStubWithClient();
  return JSON.parse(await environments.run(command, { ...scenarioFor(server), ...env }));
}

const OLDER = await olderNode();

test.for([
  ["this", process.execPath],
  ["an older", OLDER],
] as const)("CommonJS and ESM call the server on %s Node", async ([, node], { skip }) => {
  if (!node) return explainSkip(skip, "no supported Node older than this one is on the path");
  for (const program of ["call.cjs", "call.mjs"]) expect(await seenBy([node, program])).toEqual(EXPECTED);
});

const RUNTIMES = [
  [
    "Deno",
    "@deno/*/deno",
    ["run", "--allow-env", "--allow-net", "--allow-read", "--no-remote", "--cached-only"],
    "DENO_CERT",
  ],
  ["Bun", "@oven/*/bin/bun", ["--no-install"], "NODE_EXTRA_CA_CERTS"],
] as const;

test.for(RUNTIMES)("%s calls the server", async ([, program, options], { skip }) => {
  const command = [environments.need(program, skip), ...options, "call.mjs"];
  expect(await seenBy(command)).toEqual(EXPECTED);
});

test.for(RUNTIMES)("%s uses the proxy and the certificates of the environment", async (row, { skip }) => {
  const [, program, options, variable] = row;
  const command = [environments.need(program, skip), ...options, "call.mjs"];
  const network = await startCompanyNetwork(environments, skip);
  await expect(network.seenBy(command, HOST, network.proxy)).rejects.toThrow(/response \((TLS|certificate)/);
  network.tunnels.length = 0;
  expect(await network.seenBy(command, HOST, { ...network.proxy, [variable]: network.ca })).toEqual(EXPECTED);
  expect(new Set(network.tunnels)).toEqual(new Set([`${HOST}:${network.port}`]));
});

test.for([
  ["node16", "node16", "mts"],
  ["node16", "node16", "cts"],
  ["nodenext", "nodenext", "mts"],
  ["nodenext", "nodenext", "cts"],
  ["esnext", "bundler", "mts"],
] as const)("a caller in TypeScript with module %s, resolution %s, as %s, calls the server", SLOW, async (row) => {
  const [module, moduleResolution, extension] = row;
  const source = `typed-${row.join("-")}.${extension}`;
  environments.write(source, readFileSync(environments.pathOf("typed.mts"), "utf8"));
  const options = { module, moduleResolution, types: [], skipLibCheck: false };
  expect(await environments.compile([source], options)).toBe("");
  expect(await seenBy([process.execPath, source.replace(/ts$/, "js")])).toEqual(EXPECTED);
});

test("a neutral bundle of esbuild calls the server, in Node and in a worker of workerd", async ({ skip }) => {
  const esbuild = environments.need("@esbuild/*/bin/esbuild", skip);
  environments.need("@cloudflare/workerd-*/bin/workerd", skip);
  const options = ["--bundle", "--platform=neutral", "--format=esm", "--log-level=warning"];
  for (const source of ["call", "worker"])
    expect(await environments.run([esbuild, `${source}.mjs`, ...options, `--outfile=${source}.bundle.mjs`])).toBe("");
  expect(await seenBy([process.execPath, "call.bundle.mjs"])).toEqual(EXPECTED);
  expect(await seenBy([process.execPath, "miniflare.mjs"], { WORKER: "worker.bundle.mjs" })).toEqual(EXPECTED);
});

test.for(["node", "jsdom", "./programs/jsdom-environment.cjs"])(
  "every entry point loads in CommonJS under jest with the environment %s, and calls the server if it has a fetch",
  async (name, { skip }) => {
    const jest = environments.need("jest/bin/jest.js", skip);
    const { server } = await startStubWithClient();
    const command = [process.execPath, jest, "--json", `--env=${name}`, "jest.test.cjs"];
    const { numPassedTests, numPendingTests } = JSON.parse(await environments.run(command, scenarioFor(server)));
    expect([numPassedTests, numPendingTests]).toEqual(name === "jsdom" ? [1, 1] : [2, 0]);
  },
);

test("retries pass in the fake time of vitest", async () => {
  const { server } = await startStubWithClient();
  server.faults.replace([{ times: 2, fault: { kind: "status", status: 503, retryAfterSeconds: 5 } }]);
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const command = [process.execPath, vitest, "run", "--root", ".", "--globals", "--reporter=json", "vitest.test.mjs"];
  expect(JSON.parse(await environments.run(command, scenarioFor(server)))).toMatchObject({ numPassedTests: 1 });
});

test("msw 2 intercepts the calls of a client made before it listens, and passes others on", async ({ skip }) => {
  environments.need("msw/package.json", skip);
  const seen = await seenBy([process.execPath, "msw.mjs"]);
  expect(seen).toEqual({ ...EXPECTED, mocked: ["http", 429, 60_000] });
});

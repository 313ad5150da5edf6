import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { olderNode, ROOT } from "../client/packed-client.ts";
import { startStubWithClient } from "../helpers/stub.ts";
import { HOST, startCompanyNetwork } from "./company-network.ts";
import { type Environments, EXPECTED, explainSkip, installEnvironments, SLOW, scenarioFor } from "./environment.ts";

/** The files of the recipes in client/networking.md, in its order. */
const RECIPES = ["company-fetch", "spans", "trace-headers"];

let environments: Environments;
beforeAll(async () => {
  environments = await installEnvironments("--omit=dev");
  const page = readFileSync(join(ROOT, "client/networking.md"), "utf8");
  const recipes = Array.from(page.matchAll(/```ts\n([\s\S]*?)```/g), ([, text = ""]) => text);
  expect(recipes).toHaveLength(RECIPES.length);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  for (const [index, text] of recipes.entries()) {
    environments.write(`${RECIPES[index]}.mts`, text);
    environments.write(`${RECIPES[index]}.mjs`, ts.transpileModule(text, { compilerOptions }).outputText);
  }
}, 420_000);
afterAll(() => environments?.remove(), 120_000);

const NODES = [
  ["this", process.execPath],
  ["an older", await olderNode()],
] as const;
const NO_OLDER_NODE = "no supported Node older than this one is on the path";

test.for(NODES)(
  "on %s Node, NODE_EXTRA_CA_CERTS makes the certificates of a private CA valid",
  async (row, { skip }) => {
    const node = row[1] ?? explainSkip(skip, NO_OLDER_NODE);
    const network = await startCompanyNetwork(environments, skip);
    const command = [node, "call.mjs"];
    await expect(network.seenBy(command, "localhost", {})).rejects.toThrow("TLS: UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    expect(await network.seenBy(command, "localhost", { NODE_EXTRA_CA_CERTS: network.ca })).toEqual(EXPECTED);
  },
);

test("calls one after another use the same connections, also those of two clients", async ({ skip }) => {
  const network = await startCompanyNetwork(environments, skip);
  const env = { NODE_EXTRA_CA_CERTS: network.ca };
  expect(await network.seenBy([process.execPath, "many-calls.mjs"], "localhost", env)).toBe(20);
  // Two, because a connection is not yet free when the next call follows at once.
  expect(network.connections()).toBeLessThanOrEqual(2);
});

test("this Node uses the proxy of the environment, except for the hosts in NO_PROXY", async ({ skip }) => {
  const network = await startCompanyNetwork(environments, skip);
  const env = { ...network.proxy, NODE_USE_ENV_PROXY: "1", NODE_EXTRA_CA_CERTS: network.ca, NO_PROXY: "localhost" };
  expect(await network.seenBy([process.execPath, "call.mjs"], "localhost", env)).toEqual(EXPECTED);
  expect(network.tunnels).toEqual([]);
  expect(await network.seenBy([process.execPath, "call.mjs"], HOST, env)).toEqual(EXPECTED);
  expect(new Set(network.tunnels)).toEqual(new Set([`${HOST}:${network.port}`]));
});

test("a proxy that requires a password is named in the error", async () => {
  const { server } = await startStubWithClient();
  const proxy = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const env = { ...scenarioFor(server), NODE_USE_ENV_PROXY: "1", HTTP_PROXY, NO_PROXY: "" };
  const run = environments.run([process.execPath, "call.mjs"], env);
  await expect(run).rejects.toThrow("(proxy: Proxy response (407)).");
});

test("the recipes of the page compile", SLOW, async ({ skip }) => {
  environments.need("undici/package.json", skip);
  const options = { module: "nodenext", types: ["node"], skipLibCheck: true, noEmit: true };
  const files = RECIPES.map((name) => `${name}.mts`);
  expect(await environments.compile(files, options)).toBe("");
});

test.for(NODES)(
  "on %s Node, the fetch of the recipe uses proxy and CA, and limits the connections",
  async (row, { skip }) => {
    environments.need("undici/package.json", skip);
    const node = row[1] ?? explainSkip(skip, NO_OLDER_NODE);
    const network = await startCompanyNetwork(environments, skip);
    expect(await network.seenBy([node, "company.mjs"], HOST, network.proxy)).toEqual(EXPECTED);
    expect(new Set(network.tunnels)).toEqual(new Set([`${HOST}:${network.port}`]));
    expect(network.connections()).toBeLessThanOrEqual(16);
    network.tunnels.length = 0;
    expect(await network.seenBy([node, "company.mjs"], "localhost", {})).toEqual(EXPECTED);
    expect(network.tunnels).toEqual([]);
  },
);

test("the spans of the recipe are children of the active one, and the calls send its traceparent", async ({ skip }) => {
  environments.need("@opentelemetry/sdk-trace-base/package.json", skip);
  const { server } = await startStubWithClient();
  server.faults.replace([{ times: 1, match: { userId: "u-ada" }, fault: { kind: "status", status: 503 } }]);
  const output = await environments.run([process.execPath, "tracing.mjs"], scenarioFor(server));
  const span = { isChild: true, hasRequestId: true, isTimed: true };
  expect(JSON.parse(output)).toEqual({
    sent: [true, true, true],
    spans: [
      { ...span, isError: true, errorType: "auth", events: [] },
      { ...span, isError: false, status: 200, events: ["attempt", "retry", "attempt"] },
      { ...span, isError: true, status: 404, errorType: "http", events: ["attempt"] },
    ],
  });
});

import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startServer } from "../../../server/start.ts";
import { startStub } from "../../../server/stub/start-stub.ts";
import { startStubWithClient } from "../../helpers/stub.ts";

/** Accept of Chromium for a page. */
const Accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

test("a browser that opens / of the main port gets links to the pages of the control port", async () => {
  const { server } = await startStubWithClient();
  for (const path of ["/", "/?from=bookmark"]) {
    const response = await fetch(server.url + path, { headers: { Accept } });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const links = Array.from((await response.text()).matchAll(/<a href="([^"]+)"/g), ([, link]) => link);
    expect(links).toEqual([`${server.controlUrl}/`, `${server.controlUrl}/docs`]);
  }
  const head = await fetch(server.url, { method: "HEAD", headers: { Accept } });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect(server.journal.list().requests).toEqual([]);
});

test("the links of a stub on all addresses have the host name of the request", async () => {
  const controlToken = "planted-control-token";
  const server = await startStub({ host: "0.0.0.0", controlHost: "0.0.0.0", controlToken });
  onTestFinished(() => server.close());
  const [main, control] = [server.url, server.controlUrl ?? ""].map((url) => new URL(url).port);
  const page = await (await fetch(`http://localhost:${main}/`, { headers: { Accept } })).text();
  expect(page).toContain(`href="http://localhost:${control}/docs"`);
  expect(page).not.toContain(controlToken);
});

test.each([
  ["GET", "/", "*/*"],
  ["GET", "/", "application/json"],
  ["GET", "/", "application/problem+json, text/html;q=0.5"],
  ["POST", "/", Accept],
  ["GET", "/index.html", Accept],
  ["GET", "/docs", Accept],
  ["GET", "//", Accept],
])("%s %s with Accept %s is an unknown path, in the journal", async (method, path, accept) => {
  const { server } = await startStubWithClient();
  const response = await fetch(server.url + path, { method, headers: { Accept: accept } });
  expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
  expect(server.journal.list().requests).toMatchObject([{ status: 404, problem: "unknown-path" }]);
});

test("there is no page at / in service mode, and in a stub without a control port", async () => {
  const access = { credentials: { apiKeys: [], applicationTokens: [] } };
  for (const server of [await startServer({ access }), await startStub({ controlPort: "none" })]) {
    onTestFinished(() => server.close());
    expect((await fetch(server.url, { headers: { Accept } })).status).toBe(404);
  }
});

test("an operation of the contract at / takes precedence over the page", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nexus-sync-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "openapi.json");
  await cp("generated/openapi.json", file);
  const contract = JSON.parse(await readFile(file, "utf8"));
  contract.paths["/"] = {
    get: {
      operationId: "Welcome",
      security: [],
      responses: {
        200: { description: "Text.", content: { "text/html": { schema: { type: "string" }, example: "own" } } },
      },
    },
  };
  await writeFile(file, JSON.stringify(contract));
  const { server } = await startStubWithClient({ document: pathToFileURL(file) });
  const response = await fetch(server.url, { headers: { Accept } });
  expect([response.status, await response.text()]).toEqual([200, "own"]);
});

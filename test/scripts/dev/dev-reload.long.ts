import { expect, test } from "vitest";
import { startDev } from "./dev-process.ts";

const RELOADED = /^The server uses the new contract\.$/m;
/** Type-checks the whole project, next to other tests. */
const TIMEOUT = { timeout: 90_000 };

test("the server serves an operation that has lost its handler from its examples", async () => {
  const { printed, project } = startDev("--port", "0");
  const banner = await printed(/^curl/m);
  const [, url = ""] = /server on (\S+)/.exec(banner) ?? [];
  const [, pair = ""] = /^ {2}Basic +(\S+)$/m.exec(banner) ?? [];
  const headers = { Authorization: `Basic ${btoa(pair)}`, "Content-Type": "application/json" };
  const body = JSON.stringify({ audience: "a", attributes: [], connection: { connectionId: "none" } });

  project.edit("openapi.yaml", "operationId: SyncUserIdentity", "operationId: SyncIdentity");
  await printed(RELOADED);
  const response = await fetch(`${url}/v1/users/u-any/$sync`, { method: "PUT", headers, body });
  expect(await response.json()).toMatchObject({ isAuthenticated: true });
});

test("handwritten lines that no longer compile are listed, and the server uses the new contract", TIMEOUT, async () => {
  const { printed, project } = startDev("--port", "0");
  await printed(/^curl/m);
  project.edit("openapi.yaml", '        "429":\n          $ref: "#/components/responses/TooManyRequests"\n', "");
  await printed(RELOADED);
  const advice = await printed(/^ {2}server\/http\/problem-types\.ts\(\d+,\d+\): error /m);
  expect(advice).toMatch(/no longer compiles?:/);
  expect(advice).not.toContain("The server keeps");
});

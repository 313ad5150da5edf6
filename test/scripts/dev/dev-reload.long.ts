import { expect, test } from "vitest";
import { startDev } from "./dev-process.ts";

const KEPT = /^The server keeps/m;
const RELOADED = /^The server uses the new contract\.$/m;
/** Type-checks the whole project, next to other tests. */
const TIMEOUT = { timeout: 90_000 };

test("the server keeps the last good contract after an edit that leaves an operation without a handler", async () => {
  const { printed, project } = startDev("--port", "0");
  const [, url = ""] = /server on (\S+)/.exec(await printed(/^curl/m)) ?? [];

  project.edit("openapi.yaml", "operationId: SyncUserIdentity", "operationId: SyncIdentity");
  expect(await printed(KEPT)).toContain(
    "The server keeps the last good contract. There is no handler for SyncIdentity:",
  );
  expect((await fetch(`${url}/v1/users/u-ada/$sync`, { method: "PUT" })).status).toBe(401);

  project.edit("openapi.yaml", "operationId: SyncIdentity", "operationId: SyncUserIdentity");
  await printed(RELOADED);
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

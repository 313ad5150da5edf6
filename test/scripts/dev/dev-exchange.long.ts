import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { OPERATIONS } from "../../../generated/operations.ts";
import { API, CONNECTION, JSON_TYPE } from "../../helpers/stub.ts";
import { startDev } from "./dev-process.ts";

const STAYS = /^The server stays/m;
const SWAPPED = /^Requests go by the new contract from now on\.$/m;
/** The whole project is type-checked, which takes its time beside other tests. */
const PATIENCE = { timeout: 90_000 };

test("a contract that the code can't serve leaves the last good one in place", async () => {
  const { printed, project } = startDev("--port", "0");
  const [, url = ""] = /server on (\S+)/.exec(await printed(/^curl/m)) ?? [];

  project.edit("openapi.yaml", "operationId: SyncUserIdentity", "operationId: SyncIdentity");
  expect(await printed(STAYS)).toContain(
    "The server stays with the last good contract. There is no handler for SyncIdentity.\n",
  );
  expect((await fetch(`${url}/v1/users/u-ada/$sync`, { method: "PUT" })).status).toBe(401);

  project.edit("openapi.yaml", "operationId: SyncIdentity", "operationId: SyncUserIdentity");
  await printed(SWAPPED);
});

test("once the code can be loaded again, the next save is enough", async () => {
  const { printed, project } = startDev("--port", "0");
  await printed(/^curl/m);
  project.edit(
    "server/app.ts",
    "export function createApp",
    'throw new Error("Not done yet.");\nexport function createApp',
  );
  project.edit("openapi.yaml", "summary: Store what", "summary: Keep what");
  expect(await printed(STAYS)).toContain("Not done yet.");

  project.edit("server/app.ts", 'throw new Error("Not done yet.");\n', "");
  project.edit("openapi.yaml", "openapi: 3.1.1", "# saved again\nopenapi: 3.1.1");
  expect(await printed(SWAPPED)).toContain("nothing was written");
});

test("lines that no longer fit are listed, and the new contract is in place all the same", PATIENCE, async () => {
  const { printed, project } = startDev("--port", "0");
  await printed(/^curl/m);
  project.edit("openapi.yaml", '        "429":\n          $ref: "#/components/responses/TooManyRequests"\n', "");
  await printed(SWAPPED);
  expect(await printed(/no longer fits?:/)).not.toContain("The server stays");
  await printed(/^ {2}server\/http\/problem\.ts\(\d+,\d+\): error /m);
});

test("what the store throws is still known for what it is after the change", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const database = join(folder, "nexus.sqlite");
  const { printed, project } = startDev("--port", "0", "--database", database);
  const [, url = "", key = ""] = /on (\S+) .*Basic +(\S+)\n/s.exec(await printed(/^curl/m)) ?? [];
  project.edit("openapi.yaml", "summary: Store what", "summary: Keep what");
  await printed(SWAPPED);

  const other = new DatabaseSync(database);
  onTestFinished(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  const response = await fetch(url + OPERATIONS.SyncUserIdentity.path.replace("{userId}", "u-ada"), {
    method: "PUT",
    headers: { ...JSON_TYPE, Authorization: `Basic ${btoa(key)}` },
    body: JSON.stringify({
      audience: API,
      attributes: [{ key: "department", value: String(Date.now()) }],
      connection: { connectionId: CONNECTION },
    }),
  });
  expect(response.status).toBe(503);
});

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { put, startStubWithClient } from "../../helpers/stub.ts";

const ALERTS = fileURLToPath(new URL("../../../server/alerts.yaml", import.meta.url));
const PROMTOOL = spawnSync("promtool", ["--version"]).status === 0;
if (!PROMTOOL) console.warn("promtool is not installed (Debian package prometheus): its checks are skipped.");

function promtool(args: string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync("promtool", args, { input, encoding: "utf8" });
  return `${status} ${stdout}${stderr}`.trim();
}

test.runIf(PROMTOOL)("promtool check metrics has no complaint, before and after requests", async () => {
  const { server } = await startStubWithClient();
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
  expect(promtool(["check", "metrics"], await metrics())).toBe("0");
  await put(server);
  await put(server, { body: {} });
  expect(promtool(["check", "metrics"], await metrics())).toBe("0");
});

test.runIf(PROMTOOL)("promtool accepts the alert rules", () => {
  expect(promtool(["check", "rules", ALERTS])).toMatch(/^0 /);
});

test("the alert rules use only metrics of the server", async () => {
  const { server } = await startStubWithClient();
  const types = (await (await fetch(`${server.url}/metrics`)).text()).match(/^# TYPE \S+/gm) ?? [];
  // A stub has no connections to a database.
  const known = [...types.map((line) => line.slice(7)), "nexus_sync_database_waiting"];
  const used = readFileSync(ALERTS, "utf8").match(/nexus_sync_\w+/g) ?? [];
  expect(used.length).toBeGreaterThan(8);
  expect(used.map((name) => name.replace(/_bucket$/, "")).filter((name) => !known.includes(name))).toEqual([]);
});

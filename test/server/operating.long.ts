import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { readSettings } from "../../server/settings/settings.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const PAGE = readFileSync(new URL("../../server/operating.md", import.meta.url), "utf8");
const SYSTEMD = spawnSync("systemd-analyze", ["--version"]).status === 0;
if (!SYSTEMD) console.warn("systemd is not installed (Debian package): its unit is not checked.");
const HAPROXY = spawnSync("haproxy", ["-v"]).status === 0;
if (!HAPROXY) console.warn("HAProxy is not installed (Debian package): its configuration is not checked.");

/** The code blocks of the page in a language. */
function blocks(language: string): string[] {
  return Array.from(PAGE.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g")), ([, text]) => text ?? "");
}

test("the variables of the operator's page are settings of a service", () => {
  const [environment = ""] = blocks("ini");
  const file = join(temporaryFolder(), "secret");
  writeFileSync(file, "planted-secret");
  const variables = Object.entries(parseEnv(environment)).map(([name, value]) => {
    return [name, /_(PASSWORD|KEY)_FILE$/.test(name) ? file : value];
  });
  const settings = readSettings([], Object.fromEntries(variables));
  expect(settings).toMatchObject({ mode: "service", ignored: [], trustProxy: 1, databasePassword: "planted-secret" });
});

test.runIf(HAPROXY)("HAProxy accepts the configuration of the operator's page", () => {
  const file = join(temporaryFolder(), "haproxy.cfg");
  const [configuration = ""] = blocks("haproxy");
  writeFileSync(file, configuration.replace(/ ssl crt \S+/, ""));
  const { status, stderr } = spawnSync("haproxy", ["-c", "-f", file], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, expect.not.stringMatching(/warning|alert/i)]);
});

test.runIf(SYSTEMD)("systemd accepts the unit of the operator's page", () => {
  const file = join(temporaryFolder(), "nexus-sync.service");
  const [, unit = ""] = blocks("ini");
  writeFileSync(file, unit.replace(/(?<=ExecStart=).*/, process.execPath));
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
  // Other lines are about other units of this machine.
  expect([status, stderr]).toEqual([0, expect.not.stringContaining("nexus-sync")]);
});

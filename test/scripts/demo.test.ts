import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { run } from "../../scripts/demo.ts";
import signIns from "../../server/demo-sign-ins.json" with { type: "json" };
import { copyProject } from "./generate/project-copy.ts";

test("the demo prints every user, and a role that is removed with its group", async () => {
  const lines: string[] = [];
  expect(await run([], (line) => lines.push(line))).toBe(0);

  const output = lines.join("\n");
  for (const { userId, shows } of signIns) {
    expect(output).toContain(userId);
    expect(output).toContain(shows);
  }
  expect(output).toMatch(
    /^u-ada +yes +Engineer, On-call, Viewer +groups of con_acme-ad = engineers, on-call; department/m,
  );
  expect(output).toMatch(
    /^u-ada +yes +Engineer, Viewer +groups of con_acme-ad = engineers\n {2}again, .*loses On-call$/m,
  );
});

test("the demo ends with its exit code if its output is closed early", () => {
  const { stderr } = spawnSync("sh", [
    "-c",
    '{ "$0" scripts/demo.ts; echo "exit code $?" >&2; } | head -1',
    process.execPath,
  ]);
  expect(stderr.toString()).toBe("exit code 0\n");
});

test("unexpected roles are printed and end the demo with exit code 1", () => {
  const project = copyProject();
  project.edit("server/demo-directory.json", '"groupName": "on-call"', '"groupName": "off-call"');
  const { code, output } = project.runScript("scripts/demo.ts");
  expect(output).toContain('UNEXPECTED: u-ada got ["Engineer","Viewer"], not ["Engineer","On-call","Viewer"]');
  expect(code).toBe(1);
});

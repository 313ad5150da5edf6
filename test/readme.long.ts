import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DEMO_PAIR, DEMO_SECRET, readyFrom } from "../scripts/shared/server-process.ts";
import { startTestProgram } from "./helpers/program.ts";
import { copyProject } from "./scripts/generate/project-copy.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("an operation is added as in the README: served from its example, then by its handler", {
  timeout: 90_000,
}, async () => {
  const { yaml, handler } = addedOperation();
  const project = copyProject();
  const rolesFrom = async () => {
    const program = startTestProgram(
      [process.execPath, join(project.root, "server/main.ts"), "--port", "0", "--control-port", "none"],
      { env: { ...process.env, NEXUS_SYNC_DEMO_SECRET: DEMO_SECRET } },
    );
    const ready = await readyFrom(program);
    const call = (query: string) =>
      fetch(`${ready.url}/v1/added-roles${query}`, { headers: { Authorization: `Basic ${btoa(DEMO_PAIR)}` } });
    expect((await call("")).status).toBe(400);
    const roles = await (await call("?audience=a")).json();
    await program.end();
    return { ready, roles };
  };

  project.edit("openapi.yaml", "\ncomponents:\n", `\n${yaml}\ncomponents:\n`);
  expect(project.runScript("scripts/generate.ts").output).toMatch(
    /^1 handwritten line no longer compiles:\n {2}server\/handlers\/handlers\.ts/m,
  );
  const without = await rolesFrom();
  expect(without.ready.withoutHandler).toEqual(["ListAddedRoles"]);
  expect(without.roles).toMatchObject([{ name: "Engineer" }]);

  project.edit("server/handlers/handlers.ts", "return {", `return {\n${handler}`);
  expect(project.typeCheck()).toEqual({ code: 0, output: "" });
  expect((await rolesFrom()).roles).toEqual([{ id: "r-1", name: "Viewer", audience: "a" }]);
});

/** The example of the README under other names, because the contract may have an operation like it. */
function addedOperation() {
  const [, section = ""] = README.replaceAll("ListRoles", "ListAddedRoles").split("\n## Add an operation\n");
  const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(section) ?? [];
  const [, handler = ""] = /```ts\n([\s\S]*?)```/.exec(section) ?? [];
  return { yaml: yaml.replace("/v1/roles:", "/v1/added-roles:"), handler };
}

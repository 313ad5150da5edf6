import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ENTRIES } from "../../scripts/build/client.ts";
import { exportedNames } from "../client/doc-comments.ts";
import { copyProject } from "./generate/project-copy.ts";

/** A copy of the project with the examples, which are part of the server's package. */
function copyWithExamples() {
  const project = copyProject();
  cpSync(new URL("../examples", import.meta.url), join(project.root, "test/examples"), { recursive: true });
  return project;
}

/** The page of a module in the reference, without the marks where long names may be broken. */
function pageOf(root: string, built: string): string {
  const name = built === "nexus-client" ? "nexus-sync-client" : `nexus-sync-client_${built}`;
  return readFileSync(join(root, `reference/modules/${name}.html`), "utf8").replaceAll("<wbr/>", "");
}

test("the build prints its results, and the API reference has every exported name and no warning", {
  timeout: 120_000,
}, () => {
  const { root, runScript } = copyWithExamples();
  const { code, output } = runScript("scripts/build.ts");
  expect(code).toBe(0);
  expect(output).toContain(`API reference of the client: ${join(root, "reference/index.html")}\n`);
  for (const name of ["nexus-sync", "nexus-sync-client"]) {
    expect(output).toMatch(new RegExp(`^  npm install .*${join(root, "dist", name)}-\\d.*\\.tgz$`, "m"));
  }
  for (const built of Object.keys(ENTRIES)) {
    const names = exportedNames(join(root, `client/dist/${built}.d.ts`));
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !pageOf(root, built).includes(`>${name}<`))).toEqual([]);
  }
  const user = readFileSync(join(root, "reference/types/nexus-sync-client.User.html"), "utf8");
  expect(user).toMatch(/href="nexus-sync-client\.Identity\.html"/);
});

test("a broken link in a doc comment is printed, and fails the build", { timeout: 120_000 }, () => {
  const project = copyWithExamples();
  project.edit("client/bulk/sync-many.ts", "/** Called and awaited after each item.", "/** See {@link noSuchName}.");
  const { code, output } = project.runScript("scripts/build.ts");
  expect(code).toBe(1);
  expect(output).toContain("noSuchName");
});

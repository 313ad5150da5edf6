import { expect, test } from "vitest";
import { run } from "../../../scripts/generate.ts";
import { copyProject, copyWithHistory } from "../generate/project-copy.ts";

const KEY_REQUIRED = ["openapi.yaml", "required: [key]", "required: [key, value]"] as const;

test("nothing has changed", async () => {
  const project = copyWithHistory();
  expect(await project.generate("--breaking")).toEqual({
    code: 0,
    output: "openapi.yaml means what it did at HEAD.\n",
  });
});

test("a breaking change closes the gate, with both verdicts, its place and the version it needs", async () => {
  const project = copyWithHistory();
  project.edit(...KEY_REQUIRED);
  expect(await project.generate("--breaking")).toMatchInlineSnapshot(`
    {
      "code": 1,
      "output": "openapi.yaml:785:7  breaking  required-properties-added
      Properties of 'IdentityAttribute' became required: 'value'.
      wire: major, source: breaks
      PUT /v1/users/{userId}/$sync  #/components/schemas/IdentityAttribute/properties/value
      fingerprint: 4f566ff7302f
    Against HEAD: 1 breaking, 0 minor, 0 patch. 1.0.0 becomes 2.0.0 at least; it is 1.0.0.
    Raise info.version to 2.0.0, or add to openapi.breaking-ok.yaml:
    - fingerprint: 4f566ff7302f
      reason: …
    ",
    }
  `);
});

test("what is gone is pointed at where it stood", async () => {
  const project = copyWithHistory();
  project.edit("openapi.yaml", "IdentityConnection", "SignInConnection");
  project.edit("openapi.yaml", "version: 1.0.0", "version: 1.1.0");
  expect(await project.generate("--breaking")).toMatchInlineSnapshot(`
    {
      "code": 1,
      "output": "openapi.yaml:796:5  breaking  type-gone
      The type 'IdentityConnection' is no longer exported. 'SignInConnection' may be its new name.
      wire: patch, source: breaks
      #/components/schemas/IdentityConnection
      fingerprint: 8b9c53eaceb2
    openapi.yaml:10:3  patch  'version' was "1.0.0", and is "1.1.0".
    Against HEAD: 1 breaking, 0 minor, 1 patch. 1.0.0 becomes 2.0.0 at least; it is 1.1.0.
    Raise info.version to 2.0.0, or add to openapi.breaking-ok.yaml:
    - fingerprint: 8b9c53eaceb2
      reason: …
    ",
    }
  `);
});

test("the version that the change needs opens the gate", async () => {
  const project = copyWithHistory();
  project.edit(...KEY_REQUIRED);
  project.edit("openapi.yaml", "version: 1.0.0", "version: 2.0.0");
  const { code, output } = await project.generate("--breaking");
  expect(output).toContain("1.0.0 becomes 2.0.0 at least; 2.0.0 is enough.\n");
  expect(code).toBe(0);
});

test("an approval opens the gate; without a reason, for nothing or unreadable it is an error", async () => {
  const project = copyWithHistory();
  project.edit(...KEY_REQUIRED);
  const [, print] = /fingerprint: (\w+)/.exec((await project.generate("--breaking")).output) ?? [];
  const approvals = "openapi.breaking-ok.yaml";

  project.write(approvals, `- fingerprint: ${print}\n  reason: Every caller has sent it since May.\n`);
  const approved = await project.generate("--breaking");
  expect(approved.output).toContain("  approved: Every caller has sent it since May.\n");
  expect(approved.output).toContain("1 breaking (1 approved)");
  expect(approved.code).toBe(0);

  project.write(
    approvals,
    `- fingerprint: ${print}\n  reason: " "\n- fingerprint: 000000000000\n  reason: Old.\n- mine\n`,
  );
  const { code, output } = await project.generate("--breaking");
  expect(code).toBe(2);
  expect(output.slice(output.indexOf(approvals)).replaceAll(print ?? "", "PRINT")).toMatchInlineSnapshot(`
    "openapi.breaking-ok.yaml:1:16  error  approval
      The approval of PRINT gives no reason.
      1 | - fingerprint: PRINT
        |                ^^^^^^^^^^^^
    openapi.breaking-ok.yaml:3:16  error  approval
      Nothing that breaks has the fingerprint 000000000000: remove its approval.
      2 |   reason: " "
      3 | - fingerprint: 000000000000
        |                ^^^^^^^^^^^^
    openapi.breaking-ok.yaml:5:3  error  approval
      An approval is a list item with 'fingerprint' and 'reason'.
      4 |   reason: Old.
      5 | - mine
        |   ^^^^
    Against HEAD: 1 breaking (1 approved), 0 minor, 0 patch. 1.0.0 becomes 2.0.0 at least; it is 1.0.0.
    "
  `);

  project.write(approvals, "- fingerprint: [\n");
  const broken = await project.generate("--breaking");
  expect(broken.output).toMatch(/^openapi\.breaking-ok\.yaml:\d+:\d+ {2}error {2}approval$/m);
  expect(broken.code).toBe(2);
});

test("an approval that has no longer anything to approve is an error once something else changes", async () => {
  const project = copyWithHistory();
  project.write("openapi.breaking-ok.yaml", "- fingerprint: 000000000000\n  reason: Old.\n");
  expect((await project.generate("--breaking")).code).toBe(0);
  project.edit("openapi.yaml", "summary: Store what", "summary: Keep what");
  expect((await project.generate("--breaking")).code).toBe(2);
});

test("--against names another revision, --changelog writes Markdown", async () => {
  const project = copyWithHistory();
  project.edit(...KEY_REQUIRED);
  project.edit("openapi.yaml", "version: 1.0.0", "version: 2.0.0");
  project.commit();
  expect((await project.generate("--breaking")).output).toBe("openapi.yaml means what it did at HEAD.\n");
  expect(await project.generate("--breaking", "--against", "HEAD~1", "--changelog")).toMatchInlineSnapshot(`
    {
      "code": 0,
      "output": "## 2.0.0

    ### Breaking

    - Properties of 'IdentityAttribute' became required: 'value'. \`PUT /v1/users/{userId}/$sync\` \`#/components/schemas/IdentityAttribute/properties/value\` (wire: major, source: breaks)

    ### Changed

    - 'version' was "1.0.0", and is "2.0.0". \`#/info/version\`
    ",
    }
  `);
});

test("what can't be compared is exit 2: no such revision, no repository, a broken contract, a wrong call", async () => {
  const project = copyWithHistory();
  expect(await project.generate("--breaking", "--against=nowhere")).toEqual({
    code: 2,
    output: "There is no git revision 'nowhere' here to compare with.\n",
  });
  expect(await project.generate("--breaking", "--check")).toEqual({
    code: 2,
    output: "--breaking and --check do not go together.\n",
  });
  expect((await project.generate("--changelog")).output).toBe("--changelog goes with --breaking.\n");
  expect((await copyProject().generate("--breaking")).output).toBe(
    "There is no git revision 'HEAD' here to compare with.\n",
  );
  project.edit("openapi.yaml", "required: [key]", "required: [kye]");
  const { code, output } = await project.generate("--breaking");
  expect(code).toBe(2);
  expect(output).toContain("Did you mean 'key'?");
});

test("a redocly.yaml at the root does not disarm the gate", async () => {
  const project = copyWithHistory();
  project.write("redocly.yaml", "extends: []\ndiff:\n  required-properties-added: off\n");
  project.write(".redocly.lint-ignore.yaml", "openapi.yaml:\n  struct:\n    - '#/openapi'\n");
  project.edit(...KEY_REQUIRED);
  const { code, output } = await project.generate("--breaking");
  expect(output).toContain("breaking  required-properties-added");
  expect(code).toBe(1);
});

/** Stands in for Redocly's program. */
function differ(code: string) {
  return { command: process.execPath, args: ["--eval", code, "--"] };
}

test.for([
  ["crashes", "process.exit(1)", "It wrote no report"],
  ["writes nonsense", "fs.writeFileSync('report.json', '{')", "Its report is not JSON"],
  ["has another report", "fs.writeFileSync('report.json', '{}')", "Its report is of an unknown kind"],
  [
    "finds nothing breaking",
    "fs.writeFileSync('report.json', JSON.stringify({ reportVersion: '1', changes: [] }))",
    "It did not see a breaking change",
  ],
] as const)("a differ that %s fails the gate as our own failure", async ([, code, message]) => {
  const project = copyWithHistory();
  project.edit(...KEY_REQUIRED);
  const lines: string[] = [];
  const verdict = run(["--breaking"], (line) => lines.push(line), { root: project.root, differ: differ(code) });
  await expect(verdict).rejects.toThrow(message);
  expect(lines).toEqual([]);
});

test("on the command line a differ that crashes is exit 3, in one line", () => {
  const project = copyWithHistory();
  project.edit("scripts/breaking/wire-changes.ts", '"bin/cli.js"', '"bin/gone.js"');
  project.edit(...KEY_REQUIRED);
  const { code, output } = project.runScript("scripts/generate.ts", "--breaking");
  expect(output).toMatch(/^The generator failed\. DifferFailed: It wrote no report: .*\n$/);
  expect(code).toBe(3);
});

test("generate gives the same as advice, and its exit code stays its own", async () => {
  const project = copyWithHistory();
  project.edit("openapi.yaml", "IdentityConnection", "SignInConnection");
  const { code, output } = project.runScript("scripts/generate.ts");
  expect(output).toContain("wrote generated/types.ts\n");
  expect(output).toContain("breaking  type-gone\n");
  expect(output).toContain("Against HEAD: 1 breaking, 0 minor, 0 patch. 1.0.0 becomes 2.0.0 at least; it is 1.0.0.\n");
  expect(code).toBe(0);
});

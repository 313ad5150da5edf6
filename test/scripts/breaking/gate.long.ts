import { expect, test } from "vitest";
import { copyWithHistory } from "../generate/project-copy.ts";

const KEY_REQUIRED = ["openapi.yaml", "required: [key]", "required: [key, value]"] as const;

const APPROVALS = "openapi.breaking-ok.yaml";

test("a removed part is reported at its old place", async () => {
  const project = copyWithHistory();
  const line = project.read("openapi.yaml").split("\n").indexOf('        "429":') + 1;
  project.edit("openapi.yaml", '        "429":\n          $ref: "#/components/responses/TooManyRequests"\n', "");
  const { code, output } = await project.generate("--breaking");
  expect(output.split("\n")[0]).toBe(`HEAD:openapi.yaml:${line}:9  breaking  response-removed`);
  expect(code).toBe(1);
});

test("an approved change passes; an approval without reason, without a change or unreadable is an error", async () => {
  const project = copyWithHistory();
  project.edit(...KEY_REQUIRED);
  const [, print] = /fingerprint: (\w+)/.exec((await project.generate("--breaking")).output) ?? [];

  project.write(APPROVALS, `- fingerprint: ${print}\n  reason: Every caller has sent it since May.\n`);
  const approved = await project.generate("--breaking");
  expect(approved.output).toContain("  approved: Every caller has sent it since May.\n");
  expect(approved.output).toContain("1 breaking (1 approved)");
  expect(approved.code).toBe(0);

  const noReason = `- fingerprint: ${print}\n  reason: " "\n`;
  project.write(APPROVALS, `${noReason}- fingerprint: 000000000000\n  reason: Old.\n- mine\n`);
  const { code, output } = await project.generate("--breaking");
  expect(code).toBe(2);
  expect(output).toContain(`${APPROVALS}:1:16  error  approval\n  The approval of ${print} has no reason.\n`);
  expect(output).toContain(`${APPROVALS}:3:16  error  approval
  No breaking change has the fingerprint 000000000000. Remove its approval.
  2 |   reason: " "
  3 | - fingerprint: 000000000000
    |                ^^^^^^^^^^^^
${APPROVALS}:5:3  error  approval
  An approval must be a list item with 'fingerprint' and 'reason'.
`);

  project.write(APPROVALS, "- fingerprint: [\n");
  const broken = await project.generate("--breaking");
  expect(broken.output).toMatch(/^openapi\.breaking-ok\.yaml:\d+:\d+ {2}error {2}approval$/m);
  expect(broken.code).toBe(2);
});

test("an unused approval is an error as soon as there is another change", async () => {
  const project = copyWithHistory();
  project.write(APPROVALS, "- fingerprint: 000000000000\n  reason: Old.\n");
  expect((await project.generate("--breaking")).code).toBe(0);
  project.edit("openapi.yaml", "summary: Store what", "summary: Keep what");
  expect((await project.generate("--breaking")).code).toBe(2);
});

test("an unused approval that the base has is no error, because an older base needs it", async () => {
  const project = copyWithHistory();
  project.edit(...KEY_REQUIRED);
  const [, print] = /fingerprint: (\w+)/.exec((await project.generate("--breaking")).output) ?? [];
  project.write(APPROVALS, `- fingerprint: ${print}\n  reason: Every caller has sent it since May.\n`);
  project.commit(APPROVALS);
  project.edit("openapi.yaml", "summary: Store what", "summary: Keep what");
  expect(await project.generate("--breaking")).toMatchObject({ code: 0 });
  expect(await project.generate("--breaking", "--against", "HEAD~1")).toMatchObject({
    code: 0,
    output: expect.stringContaining("1 breaking (1 approved)"),
  });
});

test("a sufficient info.version passes; --against selects another revision, --changelog prints Markdown", async () => {
  const project = copyWithHistory();
  project.edit(...KEY_REQUIRED);
  project.edit("openapi.yaml", "version: 1.0.0", "version: 2.0.0");
  const { code, output } = await project.generate("--breaking");
  expect(output).toContain("info.version must be at least 2.0.0; it is 2.0.0.\n");
  expect(code).toBe(0);
  project.commit();
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

test("an invalid contract and invalid options end with exit code 2", async () => {
  const project = copyWithHistory();
  const failures: [output: string, ...args: string[]][] = [
    ["--check and --breaking cannot be combined.\n", "--breaking", "--check"],
    ["--changelog requires --breaking.\n", "--changelog"],
    ["--against requires --breaking.\n", "--against", "HEAD"],
  ];
  for (const [output, ...args] of failures) expect(await project.generate(...args)).toEqual({ code: 2, output });
  project.edit("openapi.yaml", "required: [key]", "required: [kye]");
  const invalid = await project.generate("--breaking");
  expect(invalid.code).toBe(2);
  expect(invalid.output).toContain("Did you mean 'key'?");
});

test("a redocly.yaml at the root does not affect the comparison", async () => {
  const project = copyWithHistory();
  project.write("redocly.yaml", "extends: []\ndiff:\n  required-properties-added: off\n");
  project.write(".redocly.lint-ignore.yaml", "openapi.yaml:\n  struct:\n    - '#/openapi'\n");
  project.edit(...KEY_REQUIRED);
  const { code, output } = await project.generate("--breaking");
  expect(output).toContain("breaking  required-properties-added");
  expect(code).toBe(1);
});

test.for([
  ["crashes", "console.error('Error: broken'); process.exit(1)", "The differ wrote no report: Error: broken"],
  ["writes no JSON", "fs.writeFileSync('report.json', '{')", "The differ's report has an unknown format."],
  ["writes another format", "fs.writeFileSync('report.json', '{}')", "The differ's report has an unknown format."],
  [
    "misses the canary",
    "fs.writeFileSync('report.json', JSON.stringify({ reportVersion: '1', changes: [] }))",
    "The differ did not report a known breaking change.",
  ],
] as const)("a differ that %s ends the command with exit code 3 and one line", ([, script, message]) => {
  const project = copyWithHistory();
  const redocly = 'join(dirname(PACKAGE), "bin/cli.js"), "diff"';
  project.edit("scripts/breaking/differ/wire-changes.ts", redocly, `"--eval", ${JSON.stringify(script)}, "--"`);
  project.edit(...KEY_REQUIRED);
  const { code, output } = project.runScript("scripts/generate.ts", "--breaking");
  expect(output.split("\n")).toEqual([expect.stringContaining(`The generator failed. DifferFailed: ${message}`), ""]);
  expect(code).toBe(3);
});

test("generate prints breaking changes as advice and exits 0", async () => {
  const project = copyWithHistory();
  project.edit("openapi.yaml", "IdentityConnection", "SignInConnection");
  const { code, output } = project.runScript("scripts/generate.ts");
  expect(output).toContain("wrote generated/types.ts\n");
  expect(output).toContain(`  breaking  type-gone
  The type 'IdentityConnection' is no longer exported. It may have been renamed to 'SignInConnection'.
`);
  expect(output).toContain(
    "Compared with HEAD: 1 breaking, 0 minor, 0 patch. info.version must be at least 2.0.0; it is 1.0.0.\n",
  );
  expect(code).toBe(0);
});

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ACCESS, basic } from "../helpers/access.ts";
import { startTestProgram } from "../helpers/program.ts";
import { acme, JSON_TYPE, signIn } from "../helpers/stub.ts";
import { temporaryDatabase } from "../helpers/temporary-folder.ts";

const CHILD = fileURLToPath(new URL("../helpers/request-path.ts", import.meta.url));
const MAX_FILES = 18;

test(`a sync that changes a user executes functions of at most ${MAX_FILES} handwritten files`, async () => {
  const { credentials } = ACCESS;
  const headers = { ...JSON_TYPE, Authorization: basic() };
  const bodies = ["planted-1", "planted-2"].map((department) => signIn({ groups: ["a"], attributes: { department } }));
  const options = { database: temporaryDatabase(), directory: acme(), access: { credentials } };
  const argument = JSON.stringify({ options, path: "/v1/users/u-ada/$sync", headers, bodies });
  const { output } = await startTestProgram([process.execPath, CHILD, argument]).ended;
  const { status, files } = JSON.parse(output);
  expect(status).toBe(200);
  for (const file of ["http/router.ts", "auth/security.ts", "store/sqlite/sqlite-store.ts"])
    expect(files).toContain(file);
  expect(files.length, files.join()).toBeLessThanOrEqual(MAX_FILES);
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { MAIN, readyFrom } from "../../scripts/shared/server-process.ts";
import { startTestProgram } from "../helpers/program.ts";
import { CONNECTION, identity } from "../helpers/stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const USERS = 300_000;

test("the server prints the progress of a long load on stderr", { timeout: 120_000 }, async () => {
  const file = join(temporaryFolder(), "directory.ndjson");
  const line = (n: number) =>
    `${JSON.stringify({ user: { id: `u-${n}`, identities: [identity(CONNECTION, [], n + 1)] } })}\n`;
  writeFileSync(file, Array.from({ length: USERS }, (_, n) => line(n)).join(""));
  const server = startTestProgram([process.execPath, MAIN, "--port", "0", "--directory", file]);
  const errors = server.child.stderr && text(server.child.stderr);
  expect((await readyFrom(server)).loaded).toEqual({ total: USERS, changed: USERS });
  await server.end();
  expect(await errors).toMatch(/^((checking|loading) the directory: \d+ %, \d+ s left\n)+$/);
});

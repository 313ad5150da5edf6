import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startTestProgram } from "../helpers/program.ts";
import { signIn } from "../helpers/stub.ts";
import { temporaryPaths } from "./backfill-call.ts";
import { JSON_TYPE, startFaultServer } from "./fault-server.ts";

const COMMAND = fileURLToPath(new URL("../../client/backfill/command.ts", import.meta.url));
/** The command prints a line of progress every 10 s, so it runs for 11 s. */
const ITEMS = 11;
const MS_PER_ITEM = 1_000;
const FAILING = `u-${ITEMS - 1}`;

/** Output that is full, or whose reader has ended. */
const REDIRECTIONS = [
  "> /dev/full",
  "2> /dev/full",
  "> /dev/full 2>&1",
  "| true",
  "2>&1 > /dev/null | true",
  "2>&1 | head -1",
];

/** Runs a backfill of a file whose last line fails. */
async function backfillWith(redirection: string) {
  const seen = new Set<string | undefined>();
  const { url } = await startFaultServer((request, response) => {
    seen.add(request.url);
    const status = request.url?.includes(`/${FAILING}/`) ? 404 : 200;
    setTimeout(() => response.writeHead(status, JSON_TYPE).end("{}"), MS_PER_ITEM);
  });
  const file = temporaryPaths()("in.ndjson");
  const line = (_: unknown, n: number) => `${JSON.stringify({ userId: `u-${n}`, body: signIn() })}\n`;
  writeFileSync(file, Array.from({ length: ITEMS }, line).join(""));
  const call = '"$0" "$1" backfill "$2" --url "$3" --concurrency 1';
  const script = `{ ${call}; echo $? >&3; } 3> "$2.code" ${redirection}`;
  const env = { ...process.env, NEXUS_USERNAME: "key", NEXUS_PASSWORD: "planted-password" };
  await startTestProgram(["sh", "-c", script, process.execPath, COMMAND, file, url], { env }).ended;
  return {
    redirection,
    sent: seen.size,
    code: readFileSync(`${file}.code`, "utf8"),
    hasFailedLine: existsSync(`${file}.failed.ndjson`),
  };
}

test("if its output can't be written, the backfill goes on, and its exit code says that a line failed", async ({
  skip,
}) => {
  if (!existsSync("/dev/full")) return skip("this platform has no /dev/full");
  expect(await Promise.all(REDIRECTIONS.map(backfillWith))).toEqual(
    REDIRECTIONS.map((redirection) => ({ redirection, sent: ITEMS, code: "1\n", hasFailedLine: true })),
  );
}, 60_000);

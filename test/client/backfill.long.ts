import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { createNexusClient } from "../../client/nexus-client.ts";
import type { Program } from "../../scripts/shared/program.ts";
import { startServerProcess } from "../../scripts/shared/server-process.ts";
import { acme, CONNECTION, identity, signIn } from "../helpers/stub.ts";
import { nextIn, startBackfill, temporaryPaths } from "./backfill-call.ts";

const USERS = 5_000;
const ITEMS_PER_USER = 20;
const ITEMS = USERS * ITEMS_PER_USER;
/** Checkpoints at which the command is killed. */
const KILLS = [25_000, 60_000];
/** A kill repeats at most the window, and the items since the last checkpoint (200 ms at 3,000/s). */
const MAX_SENT_TWICE = 1_024 + 600;
/** A heap too small for 100,000 items. */
const SMALL_HEAP = "--max-old-space-size=48 --max-semi-space-size=4";
const MAX_GROWTH_MB = 30;

const userId = (number: number) => `u-${number}`;

/** One item per user and round, each with its own attribute, so that a lost item is detected. */
function* itemLines() {
  for (let index = 0; index < ITEMS; index += 1) {
    const body = signIn({ attributes: { [`round-${Math.floor(index / USERS)}`]: String(index) } });
    yield `${JSON.stringify({ userId: userId(index % USERS), body })}\n`;
  }
}

function* directoryLines() {
  for (let number = 0; number < USERS; number += 1) {
    yield `${JSON.stringify({ user: { id: userId(number), identities: [identity(CONNECTION, [], number)] } })}\n`;
  }
  for (const role of acme().roles ?? []) yield `${JSON.stringify({ role })}\n`;
}

/** Syncs counted by the server, after the requests of a killed command have ended. */
async function syncsOf(url: string): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nexus_sync_store_duration_seconds_count (\d+)/m.exec(text)?.[1]);
}

/** Resident memory; undefined after the process has ended. */
function megabytesOf({ child }: Program): number | undefined {
  const status = `/proc/${child.pid}/status`;
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(existsSync(status) ? readFileSync(status, "utf8") : "") ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
}

/** Samples the memory until the checkpoint has passed `count`, or the command has ended. */
async function watch(command: Program, checkpoint: string, count: number): Promise<number[]> {
  const sizes: number[] = [];
  for (let size = megabytesOf(command); size !== undefined && nextIn(checkpoint) < count; size = megabytesOf(command)) {
    sizes.push(size);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return sizes;
}

test("100,000 items are all synced despite two kills, and no item before the checkpoint is sent again", async () => {
  const path = temporaryPaths();
  writeFileSync(path("directory.ndjson"), [...directoryLines()].join(""));
  writeFileSync(path("in.ndjson"), [...itemLines()].join(""));
  const flags = ["--database", ":memory:", "--directory", path("directory.ndjson"), "--log-level", "warn"];
  const server = await startServerProcess(...flags);
  onTestFinished(async () => void (await server.end()));
  const pair = Buffer.from(server.authorization.slice("Basic ".length), "base64").toString();
  const [username = "", password = ""] = pair.split(":");
  const env = { NEXUS_USERNAME: username, NEXUS_PASSWORD: password, NODE_OPTIONS: SMALL_HEAP };
  const call = [path("in.ndjson"), "--url", server.url, "--checkpoint", path("at.json")];

  for (const kill of KILLS) {
    const [from, before] = [nextIn(path("at.json")), await syncsOf(server.url)];
    const command = startBackfill(call, env);
    await watch(command, path("at.json"), kill);
    await command.end("SIGKILL");
    const [next, sent] = [nextIn(path("at.json")), (await syncsOf(server.url)) - before];
    console.log(`Killed at ${next}: ${sent} sent since ${from}, so ${sent - (next - from)} of them are sent again.`);
    expect(next, "the checkpoint when the command was killed").toBeGreaterThanOrEqual(kill);
    expect(sent).toBeGreaterThanOrEqual(next - from);
    expect(sent - (next - from)).toBeLessThanOrEqual(MAX_SENT_TWICE);
  }

  const [from, before] = [nextIn(path("at.json")), await syncsOf(server.url)];
  const command = startBackfill(call, env);
  const sizes = await watch(command, path("at.json"), ITEMS);
  const { code, output } = await command.ended;
  const early = Math.max(...sizes.slice(0, Math.ceil(sizes.length / 3)));
  const late = Math.max(...sizes);
  console.log(`${output}Memory in MB: ${early.toFixed(0)} in the first third, ${late.toFixed(0)} at most.`);
  expect(output).toContain(`${(ITEMS - from).toLocaleString("en-US")} synced, 0 failed`);
  expect(code).toBe(0);
  expect((await syncsOf(server.url)) - before).toBe(ITEMS - from);
  expect(late - early).toBeLessThan(MAX_GROWTH_MB);

  const client = createNexusClient({ baseUrl: server.url, credentials: { type: "basic", username, password } });
  for (let number = 0; number < USERS; number += 1) {
    const { user } = await client.syncUserIdentity(userId(number), signIn());
    const values = new Set(user?.attributes?.map(({ value }) => value));
    for (let round = 0; round < ITEMS_PER_USER; round += 1) expect(values).toContain(String(round * USERS + number));
  }
}, 300_000);

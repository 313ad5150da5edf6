import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { freePort, until } from "../../scripts/shared/program.ts";
import { MAIN, readyFrom } from "../../scripts/shared/server-process.ts";
import { startTestProgram } from "../helpers/program.ts";
import { CONNECTION, identity } from "../helpers/stub.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const USERS = 300_000;

/** A server that loads a large directory. */
async function startLoading() {
  const file = join(temporaryFolder(), "directory.ndjson");
  const line = (n: number) =>
    `${JSON.stringify({ user: { id: `u-${n}`, identities: [identity(CONNECTION, [], n + 1)] } })}\n`;
  writeFileSync(file, Array.from({ length: USERS }, (_, n) => line(n)).join(""));
  const port = await freePort();
  const server = startTestProgram([process.execPath, MAIN, "--port", String(port), "--directory", file]);
  return { server, url: `http://127.0.0.1:${port}` };
}

const statusOf = async (url: string) => (await fetch(url)).status;

test("while a directory is loaded, the port is open, /livez is 200, everything else 503, and the log has the progress", {
  timeout: 120_000,
}, async () => {
  const { server, url } = await startLoading();
  const errors = server.child.stderr && text(server.child.stderr);
  const isOpen = () =>
    statusOf(`${url}/livez`).then(
      (status) => status === 200,
      () => false,
    );
  await until(isOpen, 20_000);
  expect(server.output()).not.toContain("ready");
  expect(await statusOf(`${url}/readyz`)).toBe(503);
  expect(await statusOf(`${url}/metrics`)).toBe(200);
  const early = await fetch(`${url}/v1/users/u-1/$sync`, { method: "PUT", body: "{}" });
  expect([early.status, early.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await early.json()).toMatchObject({
    type: "urn:nexus-sync:problem:unavailable",
    detail: "The server is starting.",
  });

  expect((await readyFrom(server)).loaded).toEqual({ total: USERS, changed: USERS });
  expect(await statusOf(`${url}/readyz`)).toBe(200);
  const { code, output } = await server.end();
  expect(code).toBe(0);
  expect(await errors).toBe("");
  const lines = output.match(/^\{.*\}$/gm)?.map((line) => JSON.parse(line)) ?? [];
  const loading = lines.filter(({ msg }) => msg === "loading");
  expect(loading.length).toBeGreaterThan(0);
  for (const { step, percent } of loading)
    expect([step, percent]).toEqual([expect.stringMatching(/ing$/), expect.any(Number)]);
  expect(lines.filter(({ msg }) => msg === "signal")).toMatchObject([{ signal: "SIGTERM" }]);
  expect(lines.filter(({ msg }) => msg === "drained")).toMatchObject([{ isComplete: true }]);
  // Probes are logged at debug, and a start that is still going on is no error.
  expect(lines.filter(({ level }) => level > 30)).toEqual([]);
});

test("a signal ends a server that loads a directory at once", async () => {
  const { server, url } = await startLoading();
  await until(
    () =>
      statusOf(`${url}/livez`).then(
        () => true,
        () => false,
      ),
    20_000,
  );
  const { code, output } = await server.end("SIGTERM");
  expect([code, output]).toEqual([143, expect.stringMatching(/"signal":"SIGTERM","msg":"signal"\}\n$/)]);
});
